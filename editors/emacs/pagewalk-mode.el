;;; pagewalk-mode.el --- Major mode for Pagewalk scripts  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "26.1"))
;; Keywords: languages

;;; Commentary:

;; A major mode for Pagewalk scripts (*.pw): highlighting, indentation, an index of scenarios, questions, and definitions, and
;; the language server through eglot (`M-x eglot').
;;
;;   (add-to-list 'load-path "…/editors/emacs")
;;   (require 'pagewalk-mode)

;;; Code:

(require 'cl-lib)

(defgroup pagewalk nil
  "Pagewalk scripts."
  :group 'languages)

(defcustom pagewalk-indent-offset 2
  "Number of columns by which braces indent their contents."
  :type 'integer
  :safe #'integerp)

(defface pagewalk-number '((t :inherit font-lock-constant-face))
  "Face for numbers and their units.")

(defface pagewalk-operator '((t :inherit font-lock-builtin-face))
  "Face for operators.")

;; BEGIN generated words forms verbs values presets nouns fact_words constants units heads part_properties process_properties
(defconst pagewalk-forms
  '(
    "ask" "choose" "def" "for" "given" "if" "include" "let" "part" "probe" "question" "reference"
    "repeat" "scenario"
   )
  "Words that begin a statement with a shape of its own.")
(defconst pagewalk-verbs
  '(
    "choice" "core" "essay" "exam" "executable" "expect" "fetch" "figure" "file" "flush" "invlpg"
    "kernel" "ksm" "machine" "outputs" "process" "program" "read" "reclaim" "replay" "run" "seed"
    "set" "show" "solution" "space" "swap" "sync" "table" "text" "tick" "translate" "write"
   )
  "Words that begin other statements.")
(defconst pagewalk-values
  '(
    "aging" "ambiguous" "at-once" "because" "binary" "both" "byte" "cached" "char" "clock" "cold"
    "column-major" "continuous" "counting" "csv" "data" "decimal" "demand-zero" "digits" "din"
    "direct-mapped" "double" "exclusive" "fetches" "fifo" "first" "float" "for" "full"
    "fully-associative" "gap" "global" "guessable" "hex" "in" "inclusive" "instructions" "int"
    "kill" "lackey" "lfu" "lifo" "line" "local" "long" "lookahead" "lru" "min" "mru" "none" "nru"
    "of" "off" "on" "on-disk" "once" "one" "optimal" "options" "physical" "pick" "pin" "plru"
    "points" "printed" "questions" "radix" "random" "readable" "repeated" "report" "row-major"
    "same" "scalars" "second-chance" "short" "split" "third-chance" "uncached" "uneven" "virtual"
    "warm" "when" "where" "window" "word" "working-set" "zero"
   )
  "Words that settings take.")
(defconst pagewalk-presets
  '(
    "core-i7" "simple"
   )
  "Machines that have a name.")
(defconst pagewalk-nouns
  '(
    "asid" "by" "cache" "cr3" "frames" "geometry" "heap" "kernel_maps" "layout" "machine" "maps"
    "memory" "page_table" "processes" "program" "pte" "reference" "resident" "stats" "steps" "swap"
    "tables" "tlb"
   )
  "What can be set, expected and shown.")
(defconst pagewalk-fact-words
  '(
    "BUS_ADRERR" "E2BIG" "EACCES" "EAGAIN" "EBADF" "EBUSY" "ECHILD" "EEXIST" "EFAULT" "EFBIG"
    "EINVAL" "EMFILE" "ENAMETOOLONG" "ENODEV" "ENOENT" "ENOMEM" "EOPNOTSUPP" "EOVERFLOW" "EPERM"
    "ESPIPE" "ESRCH" "SEGV_ACCERR" "SEGV_MAPERR" "SIGBUS" "SIGSEGV" "any" "bus" "copy-on-write"
    "demand-zero" "file" "hit" "memory" "miss" "no" "none" "normal" "page" "protection"
    "segmentation" "swap" "unknown" "yes"
   )
  "Words that facts have.")
(defconst pagewalk-constants
  '(
    "EXIT_FAILURE" "EXIT_SUCCESS" "MADV_COLD" "MADV_COLLAPSE" "MADV_DODUMP" "MADV_DOFORK"
    "MADV_DONTDUMP" "MADV_DONTFORK" "MADV_DONTNEED" "MADV_DONTNEED_LOCKED" "MADV_FREE"
    "MADV_HUGEPAGE" "MADV_HWPOISON" "MADV_KEEPONFORK" "MADV_MERGEABLE" "MADV_NOHUGEPAGE"
    "MADV_NORMAL" "MADV_PAGEOUT" "MADV_POPULATE_READ" "MADV_POPULATE_WRITE" "MADV_RANDOM"
    "MADV_SEQUENTIAL" "MADV_SOFT_OFFLINE" "MADV_UNMERGEABLE" "MADV_WILLNEED" "MADV_WIPEONFORK"
    "MAP_ANON" "MAP_ANONYMOUS" "MAP_FAILED" "MAP_FILE" "MAP_FIXED" "MAP_FIXED_NOREPLACE"
    "MAP_GROWSDOWN" "MAP_HUGETLB" "MAP_LOCKED" "MAP_NONBLOCK" "MAP_NORESERVE" "MAP_POPULATE"
    "MAP_PRIVATE" "MAP_SHARED" "MAP_SHARED_VALIDATE" "MAP_STACK" "MREMAP_DONTUNMAP" "MREMAP_FIXED"
    "MREMAP_MAYMOVE" "MS_ASYNC" "MS_INVALIDATE" "MS_SYNC" "M_MMAP_THRESHOLD" "NULL" "O_APPEND"
    "O_CLOEXEC" "O_CREAT" "O_EXCL" "O_RDONLY" "O_RDWR" "O_TRUNC" "O_WRONLY" "PROT_EXEC"
    "PROT_GROWSDOWN" "PROT_NONE" "PROT_READ" "PROT_WRITE" "SEEK_CUR" "SEEK_END" "SEEK_SET"
    "STDERR_FILENO" "STDIN_FILENO" "STDOUT_FILENO" "S_IRUSR" "S_IWUSR"
   )
  "Constants of C.")
(defconst pagewalk-units
  '(
    "B" "EB" "EiB" "GB" "GiB" "KB" "KiB" "MB" "MiB" "PB" "PiB" "TB" "TiB" "bit" "bits" "cm" "cycle"
    "cycles" "entries" "entry" "lines" "mm" "ms" "ns" "page" "pages" "s" "slot" "slots" "us"
   )
  "Units of numbers.")
(defconst pagewalk-heads
  '(
    "cache" "frames" "kernel" "ksm" "last" "machine" "memory" "page_table" "swap" "tlb"
   )
  "Words whose properties can be asked for.")
(defconst pagewalk-part-properties
  '(
    "colors" "evictions" "hit_rate" "hits" "index_bits" "miss_rate" "misses" "offset_bits" "reach"
    "sets" "tag_bits" "vipt" "walk_hits" "walk_misses" "ways" "writebacks"
   )
  "Properties of a TLB or cache.")
(defconst pagewalk-process-properties
  '(
    "areas" "brk" "cr3" "disk_reads" "disk_writes" "faults" "heap" "kernel_maps" "maps" "pc" "pid"
    "resident" "rsp" "rss" "state" "stdout" "vsize"
   )
  "Properties of a process.")
;; END generated words

;;;; Syntax

(defvar pagewalk-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\' "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?- "_" table)
    (dolist (c '(?+ ?* ?/ ?% ?< ?> ?& ?^ ?| ?~ ?! ?= ?, ?. ?: ?\; ??) table)
      (modify-syntax-entry c "." table)))
  "Syntax table for comments, strings, brackets, and words of a script.")

(defconst pagewalk--syntax-propertize
  (syntax-propertize-rules
   ;; In three quotes, the first opens prose, and the last closes it.
   ("\\(\"\\)\"\\(\"\\)"
    (1 (ignore
        (let* ((from (match-beginning 1))
               (fence (string-to-syntax "|"))
               (state (save-excursion (syntax-ppss from))))
          (cond
           ((eq (nth 3 state) t)
            (put-text-property (1- (match-end 2)) (match-end 2) 'syntax-table fence))
           ((not (nth 8 state))
            (put-text-property from (1+ from) 'syntax-table fence))))))))
  "Syntax rules for prose.")

;;;; Highlighting
;; The scan over tokens starts at a line outside all braces. The block and the statement that contain a word determine its face.

(defconst pagewalk--word "[A-Za-z_]\\(?:[A-Za-z0-9_]\\|-[A-Za-z]\\)*")
(defconst pagewalk--accesses '("translate" "read" "write" "fetch" "invlpg"))

(cl-defstruct (pagewalk--block (:constructor pagewalk--block-new))
  kind                   ; statements, settings, cover, choices, entry, table, or hole
  (rows 0)               ; complete rows of the table
  row                    ; point is in a row
  head                   ; first word of the statement
  second                 ; second word of the statement
  facts                  ; name, value, or nil
  ask                    ; non-nil in an `ask' statement
  columns                ; non-nil in a list of columns
  (depth 0)              ; number of open round and square brackets
  (last "")              ; previous token
  number)                ; non-nil if the previous token is a number

(defun pagewalk--end (block)
  "End the current statement of BLOCK."
  (when (pagewalk--block-row block)
    (cl-incf (pagewalk--block-rows block)))
  (setf (pagewalk--block-row block) nil
        (pagewalk--block-head block) nil
        (pagewalk--block-second block) nil
        (pagewalk--block-facts block) nil
        (pagewalk--block-ask block) nil
        (pagewalk--block-columns block) nil
        (pagewalk--block-depth block) 0
        (pagewalk--block-last block) ""
        (pagewalk--block-number block) nil))

(defun pagewalk--kind (block)
  "Return the kind of block that opens after the current statement of BLOCK."
  (let ((head (pagewalk--block-head block)))
    (pcase (pagewalk--block-kind block)
      ('settings 'settings)
      ((guard (equal head "exam")) 'cover)
      ((guard (member head '("choice" "table" "essay"))) 'choices)
      ((guard (member head '("machine" "kernel" "file" "executable" "reference"))) 'settings)
      ((guard (and (equal head "set") (equal (pagewalk--block-second block) "pte"))) 'entry)
      ((guard (member head '("process" "set" "expect" "show"))) 'table)
      (_ 'statements))))

(defun pagewalk--put (from to face)
  "Give the text between FROM and TO a FACE."
  (put-text-property from to 'face face))

(defsubst pagewalk--operand-p ()
  "Return non-nil if an option's operand follows point."
  (looking-at-p "[ \t]*(\\|[ \t]+\\(?:[0-9]\\|[A-Za-z_]\\)"))

(defsubst pagewalk--joining-p ()
  "Return non-nil if a word that joins two values follows point."
  (looking-at-p "[ \t]+\\(?:and\\|or\\|in\\|not\\|where\\|points\\|unit\\|radix\\)\\_>"))

(defun pagewalk--first-word (block word)
  "Return the face of WORD, the first word of a statement in BLOCK."
  (setf (pagewalk--block-head block) word
        (pagewalk--block-ask block) (equal word "ask"))
  (pcase (pagewalk--block-kind block)
    ((or 'settings 'cover 'table) 'font-lock-type-face)
    ('choices 'font-lock-keyword-face)
    ('entry 'font-lock-variable-name-face)
    (_ (cond
        ((looking-at-p "[ \t]*:")
         (setf (pagewalk--block-head block) nil)
         'font-lock-preprocessor-face)
        ((member word pagewalk-forms) 'font-lock-keyword-face)
        ((member word pagewalk-verbs) 'font-lock-function-name-face)
        ((looking-at-p "[ \t]*{") 'font-lock-preprocessor-face)
        (t 'font-lock-function-name-face)))))

(defun pagewalk--option (block word)
  "Return the face of WORD in BLOCK if it is an option or an option's operand."
  (let ((last (pagewalk--block-last block)))
    (when (equal last ",")
      (setf (pagewalk--block-columns block) nil))
    (cond
     ((member last '("radix" "unit")) 'font-lock-constant-face)
     ((and (member word '("radix" "unit" "points" "size" "space"))
           (or (pagewalk--operand-p) (looking-at-p "[ \t]+\""))
           (not (pagewalk--joining-p)))
      (setf (pagewalk--block-columns block) nil)
      'font-lock-keyword-face)
     ((pagewalk--block-columns block) 'font-lock-variable-name-face)
     ((and (equal word "columns")
           (or (pagewalk--block-ask block)
               (and (equal (pagewalk--block-head block) "given") (not (member last '("given" ","))))))
      (setf (pagewalk--block-columns block) t)
      'font-lock-keyword-face)
     ((and (equal (pagewalk--block-head block) "replay")
           (or (member word '("format" "straddle" "map" "kinds" "causes" "cycles"))
               (member last '("format" "straddle" "map"))))
      'font-lock-keyword-face)
     ((and (equal word "from") (equal (pagewalk--block-head block) "program"))
      'font-lock-keyword-face)
     ((or (member word '("for" "by"))
          (and (member last '("for" "by")) (equal (pagewalk--block-head block) "translate")))
      'font-lock-keyword-face))))

(defun pagewalk--operation (block word)
  "Return the face of WORD in BLOCK at the start of an operation."
  (cond
   ((looking-at-p "[ \t]*:[^:]") 'font-lock-preprocessor-face)
   ((equal word "probe") 'font-lock-keyword-face)
   ((and (equal word "reference") (not (looking-at-p "[ \t]+columns")))
    (setf (pagewalk--block-head block) "reference")
    'font-lock-keyword-face)
   ((and (member word pagewalk--accesses) (looking-at-p "[ \t]+[0-9A-Za-z_(\"'[~-]"))
    'font-lock-function-name-face)
   ((and (pagewalk--block-ask block) (member word pagewalk-nouns) (looking-at-p ".*[ \t]columns[ \t]"))
    'font-lock-type-face)))

(defun pagewalk--setting (block word)
  "Return the face of WORD after the name of a setting in BLOCK."
  (let ((head (pagewalk--block-head block))
        (last (pagewalk--block-last block)))
    (pcase (pagewalk--block-kind block)
      ('settings
       (cond
        ((and (member head '("tlb" "cache")) (equal last head) (not (equal word "none"))) 'font-lock-type-face)
        ((and (member word pagewalk-values) (not (looking-at-p "[.(]"))) 'font-lock-constant-face)))
      ('cover
       (cond
        ((member word '("pick" "of")) 'font-lock-keyword-face)
        ((member last '("addressable" "layout" "radix" "shuffle")) 'font-lock-constant-face)
        ((pagewalk--block-number block) 'pagewalk-number)))
      ('choices
       (cond
        ((equal last "radix") 'font-lock-constant-face)
        ((member word '("when" "points" "of" "radix")) 'font-lock-keyword-face)
        ((and (member word '("for" "digits")) (pagewalk--operand-p)) 'font-lock-keyword-face)
        ((equal last "tick") 'font-lock-keyword-face)
        ((equal last "answers") 'font-lock-variable-name-face)
        ((equal last "of") 'font-lock-function-name-face))))))

(defun pagewalk--noun (block word)
  "Return the face of WORD in BLOCK if its statement takes nouns or keywords."
  (let ((head (pagewalk--block-head block))
        (last (pagewalk--block-last block)))
    (cond
     ((and (equal head "machine") (member word pagewalk-presets)) 'font-lock-constant-face)
     ((equal head "process") 'font-lock-preprocessor-face)
     ((equal (list head word) '("expect" "exactly")) 'font-lock-keyword-face)
     ((member (list head word) '(("ksm" "scan") ("swap" "out") ("figure" "bits"))) 'font-lock-keyword-face)
     ((and (equal head "swap") (equal last "out") (pagewalk--operand-p)) 'font-lock-preprocessor-face)
     ((and (member head '("set" "expect" "show" "flush" "given" "figure"))
           (or (member last (list head "exactly")) (equal head "given"))
           (member word pagewalk-nouns)
           (or (member head '("given" "figure"))
               (member word '("tlb" "cache" "layout" "tables" "pte"))
               (looking-at-p "[ \t]*\\(?:[.{;}#\n]\\|=[^=]\\|\\'\\)")))
      'font-lock-type-face)
     ((and (member head '("set" "expect" "show" "flush" "given" "ask")) (member last '("tlb" "cache"))
           (or (not (equal head "ask")) (looking-at-p "[ \t]+columns")))
      'font-lock-type-face)
     ((and (member head '("show" "given" "figure")) (member last '("layout" "tables")))
      'font-lock-preprocessor-face))))

(defun pagewalk--value (word)
  "Return the face of WORD in an expression."
  (cond
   ((looking-at-p "(") 'font-lock-function-name-face)
   ((or (member word '("true" "false")) (member word pagewalk-constants)) 'font-lock-constant-face)
   ((and (looking-at-p "\\.[A-Za-z_]") (or (member word pagewalk-heads) (member word pagewalk-nouns)))
    'font-lock-type-face)
   ((and (looking-at (concat "\\.\\(" pagewalk--word "\\)")) (member (match-string 1) pagewalk-part-properties))
    'font-lock-type-face)
   ((and (looking-at (concat "\\.\\(" pagewalk--word "\\)")) (member (match-string 1) pagewalk-process-properties))
    'font-lock-preprocessor-face)
   ((string-match-p "\\`P[0-9]+\\'" word) 'font-lock-preprocessor-face)))

(defun pagewalk--face (block word)
  "Return the face of WORD, which ends at point, in BLOCK; nil for a variable."
  (let* ((case-fold-search nil)
         (last (pagewalk--block-last block))
         (outside (zerop (pagewalk--block-depth block)))
         (facts (and outside (pagewalk--block-facts block))))
    (cond
     ((and (pagewalk--block-number block) (member word pagewalk-units)) 'pagewalk-number)
     ((eq facts 'name)
      (setf (pagewalk--block-facts block) 'value)
      'font-lock-variable-name-face)
     ((equal last ".") 'font-lock-variable-name-face)
     ((member word '("and" "or" "not" "in" "else")) 'font-lock-keyword-face)
     ((equal word "where")
      (setf (pagewalk--block-facts block) nil)
      'font-lock-keyword-face)
     ((and (equal last "else") (equal word "if")) 'font-lock-keyword-face)
     ((eq (pagewalk--block-kind block) 'hole) (pagewalk--value word))
     ((and outside (not facts) (null (pagewalk--block-head block))) (pagewalk--first-word block word))
     ((and outside (eq (pagewalk--block-kind block) 'statements) (pagewalk--option block word)))
     ((and facts (equal last "served")) 'font-lock-constant-face)
     ((and facts (member word pagewalk-fact-words) (not (looking-at-p "[.(]"))) 'font-lock-constant-face)
     (facts (pagewalk--value word))
     ((and outside (eq (pagewalk--block-kind block) 'statements) (member last '("ask" "where" "probe" ":"))
           (pagewalk--operation block word)))
     ((and outside (memq (pagewalk--block-kind block) '(settings cover choices)) (pagewalk--setting block word)))
     ((and outside (eq (pagewalk--block-kind block) 'statements) (pagewalk--noun block word)))
     (t (pagewalk--value word)))))

(defun pagewalk--joined-p (block)
  "Return non-nil if the statement of BLOCK continues after the end of line."
  (or (> (pagewalk--block-depth block) 0)
      (eq (pagewalk--block-kind block) 'hole)
      (and (not (pagewalk--block-row block))
           (not (equal (pagewalk--block-last block) ""))
           (or (string-match-p "\\`\\(?:=>\\|[-+*/%<>&^|~!=,]+\\|\\.\\.=?\\|and\\|or\\|not\\|in\\)\\'"
                               (pagewalk--block-last block))
               (save-excursion
                 (forward-comment (buffer-size))
                 (looking-at-p "=>\\|where\\_>\\|else\\_>\\|{"))))))

(defun pagewalk--cell (block)
  "Set the face of the cell of BLOCK at point, and move after the cell."
  (let ((from (point)))
    (when (zerop (skip-chars-forward "^ \t\n|;{}()\"'#"))
      (forward-char))
    (let ((cell (buffer-substring-no-properties from (point))))
      (pagewalk--put
       from (point)
       (cond
        ((zerop (pagewalk--block-rows block)) 'font-lock-variable-name-face)
        ((member cell '("-" "–" "*")) 'pagewalk-operator)
        ((string-match-p "\\`\\(?:[0-9].*\\|[0-9A-Fa-f]+\\)\\'" cell) 'pagewalk-number)
        (t 'font-lock-constant-face))))))

(defun pagewalk--prose (blocks limit)
  "Move to the end of the prose at point, its next hole, or LIMIT.
Return BLOCKS, with a block for the hole if there is one."
  (let (done)
    (while (and (not done) (re-search-forward "\"\"\"\\|```\\|{{\\|}}\\|{" limit 'move))
      (pcase (match-string-no-properties 0)
        ("\"\"\"" (setq done t))
        ;; A fence without a second one ends with the prose.
        ("```" (when (and (re-search-forward "```\\|\"\"\"" limit 'move) (eq (char-before) ?\"))
                 (setq done t)))
        ("{"
         (setq done t)
         (let ((end (save-excursion (skip-chars-forward "^}\n" limit) (point))))
           (pagewalk--put (1- (point)) (min (1+ end) limit) nil))
         (push (pagewalk--block-new :kind 'hole :head "") blocks))))
    blocks))

(defun pagewalk--token (blocks limit)
  "Set the face of the token at point, and move after it, at most to LIMIT.
BLOCKS are the open blocks.  Return the open blocks after the token."
  (let* ((block (car blocks))
         (from (point))
         (next (char-after))
         (remember (lambda (text &optional number)
                     (setf (pagewalk--block-last block) text
                           (pagewalk--block-number block) number))))
    (cond
     ((memq next '(?\s ?\t ?\r)) (skip-chars-forward " \t\r"))
     ((eq next ?\n)
      (unless (pagewalk--joined-p block) (pagewalk--end block))
      (forward-char))
     ((eq next ?#) (end-of-line))
     ((looking-at-p "\"\"\"")
      (funcall remember "\"\"\"")
      (forward-char 3)
      (setq blocks (pagewalk--prose blocks limit)))
     ((looking-at "\"\\(?:[^\"\\\\\n]\\|\\\\.\\)*\"?\\|'\\(?:[^'\\\\\n]\\|\\\\.\\)*'?")
      (goto-char (match-end 0))
      (when (eq (pagewalk--block-kind block) 'hole)
        (pagewalk--put from (point) 'font-lock-string-face))
      (when (and (eq (pagewalk--block-facts block) 'name) (zerop (pagewalk--block-depth block)))
        (setf (pagewalk--block-facts block) 'value))
      (funcall remember "\""))
     ((eq next ?\;) (pagewalk--end block) (forward-char))
     ((eq next ?{)
      (push (pagewalk--block-new :kind (pagewalk--kind block)) blocks)
      (forward-char))
     ((eq next ?})
      (forward-char)
      (when (cdr blocks)
        (pop blocks)
        (if (eq (pagewalk--block-kind block) 'hole)
            (setq blocks (pagewalk--prose blocks limit))
          (setf (pagewalk--block-last (car blocks)) "}" (pagewalk--block-number (car blocks)) nil))))
     ((memq next '(?\( ?\[))
      (cl-incf (pagewalk--block-depth block))
      (funcall remember "(")
      (forward-char))
     ((memq next '(?\) ?\]))
      (setf (pagewalk--block-depth block) (max 0 (1- (pagewalk--block-depth block))))
      (funcall remember ")")
      (forward-char))
     ((and (eq next ?|) (zerop (pagewalk--block-depth block)) (memq (pagewalk--block-kind block) '(settings table))
           (or (pagewalk--block-row block) (null (pagewalk--block-head block))))
      (setf (pagewalk--block-row block) t)
      (forward-char))
     ((and (or (pagewalk--block-row block) (eq (pagewalk--block-kind block) 'table))
           (zerop (pagewalk--block-depth block)))
      (setf (pagewalk--block-row block) t)
      (pagewalk--cell block))
     ((looking-at pagewalk--word)
      (goto-char (match-end 0))
      (let* ((word (match-string-no-properties 0))
             (face (save-match-data (pagewalk--face block word))))
        (when face (pagewalk--put from (point) face))
        (when (equal (pagewalk--block-last block) (pagewalk--block-head block))
          (setf (pagewalk--block-second block) word))
        (funcall remember word)))
     ((looking-at "[0-9][A-Za-z0-9_]*\\(?:\\.[0-9][A-Za-z0-9_]*\\)*\\(?:%\\(?:[^A-Za-z0-9_(]\\|$\\)\\)?")
      (goto-char (match-end 0))
      (skip-chars-backward "^%A-Za-z0-9_" from)
      (pagewalk--put from (point) 'pagewalk-number)
      (funcall remember "0" t))
     ((looking-at "=>\\|\\.\\.=?\\|//\\|<<\\|>>\\|[<>=!]=\\|[-+*/%<>&^|~!=.:?,]")
      (goto-char (match-end 0))
      (let ((text (match-string-no-properties 0))
            (outside (zerop (pagewalk--block-depth block))))
        (unless (equal text ",") (pagewalk--put from (point) 'pagewalk-operator))
        (cond
         ((not outside))
         ((equal text "=>") (setf (pagewalk--block-facts block) 'name))
         ((not (equal text ",")))
         ((pagewalk--block-facts block) (setf (pagewalk--block-facts block) 'name))
         ((memq (pagewalk--block-kind block) '(settings cover entry)) (pagewalk--end block)))
        (funcall remember text)))
     (t (forward-char)))
    blocks))

(defun pagewalk--fontify (limit)
  "Set the faces of the tokens up to LIMIT."
  (let ((blocks (list (pagewalk--block-new :kind 'statements))))
    (while (< (point) limit)
      (setq blocks (pagewalk--token blocks limit))))
  nil)

(defun pagewalk--outermost ()
  "Move to the last line, at or before this one, that is outside all braces."
  (forward-line 0)
  (while (not (or (bobp)
                  (and (looking-at-p "[A-Za-z]") (not (nth 8 (syntax-ppss))) (zerop (nth 0 (syntax-ppss))))))
    (forward-line -1)))

(defvar font-lock-beg)
(defvar font-lock-end)

(defun pagewalk--extend-region ()
  "Extend the region to whole statements, from a line outside all braces."
  (save-excursion
    (let ((from (progn (goto-char font-lock-beg) (pagewalk--outermost) (point)))
          (to (progn
                (goto-char font-lock-end)
                (unless (bolp) (forward-line 1))
                (point))))
      (when (or (< from font-lock-beg) (> to font-lock-end))
        (setq font-lock-beg (min from font-lock-beg)
              font-lock-end (max to font-lock-end))
        t))))

(defconst pagewalk--font-lock-keywords '((pagewalk--fontify))
  "Keywords with one matcher, which sets all faces.")

;;;; Indentation

(defun pagewalk--bare ()
  "Return the line at point without its comment and its strings' contents."
  (let ((line (buffer-substring-no-properties (line-beginning-position) (line-end-position))))
    (setq line (replace-regexp-in-string "\"\\(?:[^\"\\\\]\\|\\\\.\\)*\"\\|'\\(?:[^'\\\\]\\|\\\\.\\)*'" "\"\"" line t t))
    (replace-regexp-in-string "[ \t]*#.*\\'" "" line t t)))

(defun pagewalk--before ()
  "Move to the previous line with code; return nil if there is none."
  (let (found)
    (while (and (not found) (not (bobp)))
      (forward-line -1)
      (setq found (not (string-match-p "\\`[ \t]*\\'" (pagewalk--bare)))))
    found))

(defun pagewalk--joined-line-p (limit)
  "Return non-nil if the line at point continues a line after LIMIT.
A comma between settings does not continue a statement."
  (save-excursion
    (let ((starts (string-match-p "\\`[ \t]*\\(?:=>\\|where\\_>\\)" (pagewalk--bare))))
      (and (pagewalk--before)
           (> (line-end-position) limit)
           (save-excursion (end-of-line) (<= (or (nth 1 (syntax-ppss)) 0) limit))
           (or starts
               (let ((bare (pagewalk--bare)))
                 (or (string-match-p
                      "\\(?:=>\\|[-+*/<>&^~=]\\|[^0-9]%\\|\\_<\\(?:and\\|or\\|not\\|in\\)\\)[ \t]*\\'" bare)
                     (and (string-match-p ",[ \t]*\\'" bare)
                          (string-match-p "=>\\|\\`[ \t]*given\\_>" bare)))))))))

(defun pagewalk--first ()
  "Move to the first line of the statement that contains point."
  (let (done)
    (while (not done)
      (forward-line 0)
      (let* ((state (syntax-ppss))
             (open (nth 1 state)))
        (cond
         ((nth 3 state) (goto-char (nth 8 state)))
         ((and open (memq (char-after open) '(?\( ?\[))) (goto-char open))
         ((pagewalk--joined-line-p (or open 0)) (pagewalk--before))
         (t (setq done t)))))))

(defun pagewalk--indentation ()
  "Return the column to which to indent this line, or `noindent' in prose."
  (save-excursion
    (forward-line 0)
    (let* ((state (syntax-ppss))
           (open (nth 1 state))
           (now (current-indentation))
           (line (pagewalk--bare))
           (first (if open (save-excursion (goto-char open) (pagewalk--first) (current-indentation)) 0))
           (kept (lambda (least wanted) (if (> now least) now wanted)))
           (base (if open (+ first pagewalk-indent-offset) 0)))
      (cond
       ((nth 3 state) 'noindent)
       ((and open (string-match-p "\\`[ \t]*[])}]" line)) first)
       ((and open (not (eq (char-after open) ?{)))
        (funcall kept first (save-excursion (goto-char (1+ open)) (current-column))))
       ((and open (save-excursion (goto-char (1+ open)) (looking-at-p "[ \t]*[^# \t\n]")))
        (funcall kept first (save-excursion (goto-char (1+ open)) (skip-chars-forward " \t") (current-column))))
       ((pagewalk--joined-line-p (or open 0))
        (let ((arrow (save-excursion (pagewalk--before) (string-match "=>" (pagewalk--bare)))))
          (funcall kept base (cond
                              ((null arrow) (+ base pagewalk-indent-offset))
                              ((string-match-p "\\`[ \t]*=>" line) arrow)
                              (t (+ arrow 3))))))
       (t base)))))

(defun pagewalk-indent-line ()
  "Indent the line at point."
  (let ((column (pagewalk--indentation)))
    (if (eq column 'noindent)
        'noindent
      (if (<= (current-column) (current-indentation))
          (indent-line-to column)
        (save-excursion (indent-line-to column))))))

;;;; The mode

(defconst pagewalk--index
  `(("Scenario" "^[ \t]*scenario[ \t]+\"\\([^\"\n]+\\)\"" 1)
    ("Question" "^[ \t]*question[ \t]+\"\\([^\"\n]+\\)\"" 1)
    ("Part" "^[ \t]*part[ \t]+\"\\([^\"\n]+\\)\"" 1)
    ("Definition" ,(concat "^[ \t]*def[ \t]+\\(" pagewalk--word "\\)") 1)
    ("Process" ,(concat "^[ \t]*process[ \t]+\\(" pagewalk--word "\\)") 1)
    ("Variable" ,(concat "^[ \t]*\\(?:" pagewalk--word "[ \t]*:[ \t]*\\)?\\(?:let\\|choose\\)[ \t]+\\(" pagewalk--word "\\)")
     1))
  "Patterns of the entries that `imenu' lists.")

;;;###autoload
(define-derived-mode pagewalk-mode prog-mode "Pagewalk"
  "Major mode for Pagewalk scripts, which are scenarios for memory systems."
  (setq-local comment-start "# ")
  (setq-local comment-end "")
  (setq-local comment-start-skip "#+[ \t]*")
  (setq-local indent-tabs-mode nil)
  (setq-local indent-line-function #'pagewalk-indent-line)
  (setq-local electric-indent-chars (append "{}()[]\n" electric-indent-chars))
  (setq-local imenu-generic-expression pagewalk--index)
  (setq-local imenu-case-fold-search nil)
  (setq-local parse-sexp-lookup-properties t)
  (setq-local syntax-propertize-function pagewalk--syntax-propertize)
  (setq-local font-lock-multiline t)
  (setq-local font-lock-defaults '(pagewalk--font-lock-keywords))
  (add-hook 'syntax-propertize-extend-region-functions #'syntax-propertize-multiline nil t)
  (add-hook 'font-lock-extend-region-functions #'pagewalk--extend-region nil t))

;;;###autoload
(defun pagewalk-practice ()
  "Practice the question at point in a terminal, at Pagewalk's prompt."
  (interactive)
  (let ((title (save-excursion
                 (end-of-line)
                 (and (re-search-backward "^[ \t]*question[ \t]+\"\\([^\"\n]+\\)\"" nil t)
                      (match-string-no-properties 1)))))
    (unless title (user-error "Put point in a question"))
    (unless buffer-file-name (user-error "Save the script first"))
    ;; The prompt reads the script from the disk.
    (save-buffer)
    (let ((buffer (make-term "pagewalk practice" "pagewalk" nil "repl" buffer-file-name "--practice" title)))
      (with-current-buffer buffer (term-mode) (term-char-mode))
      (pop-to-buffer buffer))))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.pw\\'" . pagewalk-mode))

(declare-function make-term "term" (name program &optional startfile &rest switches))
(declare-function term-mode "term")
(declare-function term-char-mode "term")

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(pagewalk-mode . ("pagewalk" "lsp"))))

(provide 'pagewalk-mode)

;;; pagewalk-mode.el ends here
