;;; check-server.el --- Tests of the language server through eglot  -*- lexical-binding: t; -*-

;;; Code:

(require 'ert)
(require 'flymake)
(require 'eglot)
(require 'pagewalk-mode)

(defun check-wait (what seconds)
  "Wait at most SECONDS until WHAT is non-nil, and return it."
  (let ((until (+ (float-time) seconds)) found)
    (while (not (or (setq found (funcall what)) (> (float-time) until)))
      (accept-process-output nil 0.1))
    found))

(ert-deftest what-does-not-hold-is-told-and-mended ()
  (let* ((folder (make-temp-file "pagewalk" t))
         (file (expand-file-name "first.pw" folder))
         (eglot-sync-connect 20)
         (eglot-autoshutdown t))
    (with-temp-file file
      (insert "machine simple\nset page_table {\n  | vpn ppn v |\n  | 0F  0D  1 |\n}\nread 0x03D4 => ppn 0x0E\n"))
    (find-file file)
    (should (eq major-mode 'pagewalk-mode))
    (apply #'eglot (eglot--guess-contact))
    (should (eglot-managed-p))
    (flymake-start)
    (let ((told (check-wait #'flymake-diagnostics 30)))
      (should told)
      (should (string-match-p "0x0D" (mapconcat #'flymake-diagnostic-text told "\n")))
      (goto-char (flymake-diagnostic-beg (car told)))
      (should (looking-at-p "ppn 0x0E\\|0x0E\\|read")))
    ;; The hover text of an address shows its fields.
    (goto-char (point-min))
    (search-forward "0x03D")
    (let ((hover (jsonrpc-request (eglot-current-server) :textDocument/hover (eglot--TextDocumentPositionParams))))
      (should (string-match-p "VPN" (format "%S" hover))))
    (let ((hints (jsonrpc-request (eglot-current-server) :textDocument/inlayHint
                                  (list :textDocument (eglot--TextDocumentIdentifier)
                                        :range (list :start (list :line 0 :character 0)
                                                     :end (list :line 6 :character 0))))))
      (should (string-match-p "vpn 0x0F" (format "%S" hints))))
    (ignore-errors (eglot-shutdown (eglot-current-server)))
    (delete-directory folder t)))

;;; check-server.el ends here
