;;; check.el --- Tests of the mode with the shared sample and the examples  -*- lexical-binding: t; -*-

;;; Code:

(require 'ert)
(require 'cl-lib)
(require 'imenu)
(require 'pagewalk-mode)

(defconst check-faces
  '(("Keyword" . font-lock-keyword-face)
    ("Verb" . font-lock-function-name-face)
    ("Fact" . font-lock-variable-name-face)
    ("Noun" . font-lock-type-face)
    ("Number" . pagewalk-number)
    ("String" . font-lock-string-face)
    ("Comment" . font-lock-comment-face)
    ("Operator" . pagewalk-operator)
    ("Constant" . font-lock-constant-face)
    ("Process" . font-lock-preprocessor-face)
    ("Variable" . nil))
  "The face of each class.")

(defun check-face (position)
  "Return the face at POSITION.  A comment delimiter has the comment face."
  (let ((face (get-text-property position 'face)))
    (if (eq face 'font-lock-comment-delimiter-face) 'font-lock-comment-face face)))

(defun check-tokens (rows file)
  "Compare the tokens of ROWS with the faces in FILE.
Return the number of tokens and a list of those that differ."
  (with-temp-buffer
    (insert-file-contents file)
    (pagewalk-mode)
    (font-lock-ensure)
    (let ((all 0) wrong)
      (dolist (row rows)
        (when (string-match "\\`\\([0-9]+\\):\\([0-9]+\\) \\(.*\\) \\([A-Z][a-z]+\\)\\'" row)
          (let* ((text (match-string 3 row))
                 (want (cdr (assoc (match-string 4 row) check-faces)))
                 (from (progn
                         (goto-char (point-min))
                         (forward-line (1- (string-to-number (match-string 1 row))))
                         (+ (point) (1- (string-to-number (match-string 2 row))))))
                 (faces (cl-loop for at from from below (+ from (length text))
                                 unless (eq (char-after at) ?\s) collect (check-face at))))
            (cl-incf all)
            (unless (cl-every (lambda (face) (eq face want)) faces)
              (push (format "%s:%s, and here %s" file row (delete-dups faces)) wrong)))))
      (cons all (nreverse wrong)))))

(defun check-lines (file)
  "Return the lines of FILE."
  (with-temp-buffer
    (insert-file-contents file)
    (split-string (buffer-string) "\n" t)))

(ert-deftest the-sample-has-its-faces ()
  (let ((told (check-tokens (check-lines "editors/sample.classes") "editors/sample.pw")))
    (should (> (car told) 500))
    (should (equal (cdr told) nil))))

(ert-deftest the-examples-have-their-faces ()
  (let ((all 0) (wrong nil) (rows nil) (file nil))
    (dolist (row (append (check-lines "target/editors/examples.classes") '("== ")))
      (if (not (string-prefix-p "== " row))
          (push row rows)
        (when file
          (let ((told (check-tokens (nreverse rows) file)))
            (cl-incf all (car told))
            (setq wrong (append wrong (cdr told)))))
        (setq file (substring row 3) rows nil)))
    (let ((share (/ (* 100.0 (- all (length wrong))) all)))
      (message "Emacs: %.2f %% of %d tokens of the examples agree (floor 99 %%)" share all)
      (when (or (< share 99) (getenv "PAGEWALK_SHOW"))
        (message "%s" (mapconcat #'identity wrong "\n")))
      (should (>= share 99)))))

(ert-deftest a-change-has-its-faces-too ()
  ;; Typing the text line by line results in the same faces.
  (let ((text (mapconcat #'identity (check-lines "editors/sample.pw") "\n"))
        whole typed)
    (cl-flet ((faces () (cl-loop for at from 1 below (point-max) collect (get-text-property at 'face))))
      (with-temp-buffer
        (insert text)
        (pagewalk-mode)
        (font-lock-ensure)
        (setq whole (faces)))
      (with-temp-buffer
        (pagewalk-mode)
        (font-lock-mode 1)
        (dolist (line (split-string text "\n"))
          (insert line "\n")
          (font-lock-ensure (line-beginning-position 0) (point)))
        (delete-char -1)
        (setq typed (faces))))
    (should (equal whole typed))))

(defun check-indented (text)
  "Return TEXT after indenting it again."
  (with-temp-buffer
    (insert text)
    (pagewalk-mode)
    (let ((inhibit-message t))
      (goto-char (point-min))
      (while (not (eobp))
        (unless (looking-at-p "[ \t]*$") (pagewalk-indent-line))
        (forward-line 1)))
    (buffer-substring-no-properties (point-min) (point-max))))

(ert-deftest indenting-anew-changes-nothing ()
  (let ((all 0) (found 0))
    (dolist (file (append '("editors/sample.pw") (file-expand-wildcards "examples/*.pw")))
      (let* ((text (with-temp-buffer (insert-file-contents file) (buffer-string)))
             (bare (replace-regexp-in-string "^ +" "" text))
             (again (split-string (check-indented bare) "\n")))
        (should (equal (cl-loop for line in (split-string text "\n")
                                for made in (split-string (check-indented text) "\n")
                                unless (equal line made) collect (list file line made))
                       nil))
        (cl-loop for line in (split-string text "\n")
                 for made in again
                 do (cl-incf all) (when (equal line made) (cl-incf found)))))
    (message "Emacs: %.2f %% of %d lines get their indentation back (floor 97 %%)" (/ (* 100.0 found) all) all)
    (should (> (/ (* 100.0 found) all) 97))))

(ert-deftest the-index-and-the-server ()
  (with-temp-buffer
    (insert-file-contents "editors/sample.pw")
    (pagewalk-mode)
    (let ((index (funcall imenu-create-index-function)))
      (should (assoc "one of its own" (assoc "Scenario" index)))
      (should (assoc "Translation" (assoc "Question" index)))
      (should (assoc "touch" (assoc "Definition" index)))
      (should (assoc "P2" (assoc "Process" index)))
      (should (assoc "buf" (assoc "Variable" index)))))
  (should (eq (cdr (assoc "\\.pw\\'" auto-mode-alist)) 'pagewalk-mode))
  (when (require 'eglot nil t)
    (should (equal (cdr (assq 'pagewalk-mode eglot-server-programs)) '("pagewalk" "lsp")))))

(ert-deftest comments-and-prose ()
  (with-temp-buffer
    (pagewalk-mode)
    (insert "text \"\"\"It's {a} \"quoted\" # no comment\nmore\"\"\"\nread 1 # it's one\n")
    (goto-char (point-min))
    (search-forward "more")
    (should (nth 3 (syntax-ppss)))
    (search-forward "read")
    (should-not (nth 8 (syntax-ppss)))
    (comment-region (line-beginning-position) (line-end-position))
    (should (string-prefix-p "# read 1" (buffer-substring (line-beginning-position) (line-end-position))))))

;;; check.el ends here
