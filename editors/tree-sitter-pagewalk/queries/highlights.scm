; What each word of a script is. Later patterns win over earlier ones: so what is captured only to look at it (`@_verb`) gets
; its class by a pattern that follows.

; ---- What the tree alone tells ---------------------------------------------------------------------------------------

(comment) @comment

[
  (string)
  (byte)
  (quotes)
  (prose_text)
] @string

(number) @number

[
  "="
  "=>"
  ":"
  "."
  (open)
  "+"
  "-"
  "*"
  "/"
  "//"
  "%"
  "<<"
  ">>"
  "&"
  "^"
  "~"
  "!"
  "=="
  "!="
  "<"
  "<="
  ">"
  ">="
  ".."
  "..="
] @operator

(binary
  operator: "|" @operator)

(none) @operator

[
  "and"
  "or"
  "not"
  "in"
  "where"
  "let"
  "choose"
  "for"
  "repeat"
  "if"
  "else"
  "def"
  "include"
  "scenario"
  "reference"
  "probe"
  "question"
  "part"
  "given"
  "ask"
  "columns"
  "unit"
  "radix"
  "points"
] @keyword

(name) @variable

(page) @variable

((page) @number
  (#match? @number "^[0-9]"))

(boolean) @constant

(call
  function: (name) @function)

(process) @module

(column) @property

(cell) @constant

(unit
  (name) @constant)

(radix
  (name) @constant)

; ---- What the word before it tells -----------------------------------------------------------------------------------

; The name of a TLB or a cache.
(setting
  name: (setting_name) @_part
  .
  operand: (name) @type
  (#any-of? @_part "tlb" "cache"))

(command
  operand: (name) @_part
  .
  operand: (name) @type
  (#any-of? @_part "tlb" "cache"))

(command
  verb: (verb) @_verb
  .
  operand: (name) @module
  (#eq? @_verb "process"))

(command
  verb: (verb) @_verb
  operand: (name) @_out
  .
  operand: (name) @module
  (#eq? @_verb "swap")
  (#eq? @_out "out"))

(command
  verb: (verb) @_verb
  operand: (name) @_noun
  .
  operand: (name) @module
  (#any-of? @_verb "show" "figure")
  (#any-of? @_noun "layout" "tables" "frames"))

(setting
  name: (setting_name) @_answers
  .
  operand: (name) @property
  (#eq? @_answers "answers"))

(setting
  operand: (name) @_of
  .
  operand: (name) @function
  (#eq? @_of "of"))

(setting_name) @type

; The bits of an entry, as the facts of it.
(command
  verb: (verb) @_verb
  .
  operand: (name) @_pte
  (settings
    (setting
      name: (setting_name) @property))
  (#eq? @_verb "set")
  (#eq? @_pte "pte"))

(fact
  name: (fact_name
    (name) @_served)
  value: (name) @constant
  (#eq? @_served "served"))

; What a choice or an essay is made of.
(command
  verb: (verb) @_verb
  (settings
    (setting
      name: (setting_name) @keyword))
  (#any-of? @_verb "choice" "essay"))

; ---- What only the registries tell -----------------------------------------------------------------------------------

; BEGIN generated words
((name) @constant
  (#any-of? @constant "EXIT_FAILURE" "EXIT_SUCCESS" "MADV_DONTNEED" "MADV_FREE" "MADV_MERGEABLE" "MADV_NORMAL"
    "MADV_RANDOM" "MADV_SEQUENTIAL" "MADV_UNMERGEABLE" "MADV_WILLNEED" "MAP_ANON" "MAP_ANONYMOUS" "MAP_FAILED"
    "MAP_FILE" "MAP_FIXED" "MAP_FIXED_NOREPLACE" "MAP_GROWSDOWN" "MAP_LOCKED" "MAP_NONBLOCK" "MAP_NORESERVE"
    "MAP_POPULATE" "MAP_PRIVATE" "MAP_SHARED" "MAP_SHARED_VALIDATE" "MAP_STACK" "MREMAP_DONTUNMAP" "MREMAP_FIXED"
    "MREMAP_MAYMOVE" "MS_ASYNC" "MS_INVALIDATE" "MS_SYNC" "M_MMAP_THRESHOLD" "NULL" "O_APPEND" "O_CLOEXEC" "O_CREAT"
    "O_EXCL" "O_RDONLY" "O_RDWR" "O_TRUNC" "O_WRONLY" "PROT_EXEC" "PROT_GROWSDOWN" "PROT_NONE" "PROT_READ"
    "PROT_WRITE" "SEEK_CUR" "SEEK_END" "SEEK_SET" "STDERR_FILENO" "STDIN_FILENO" "STDOUT_FILENO" "S_IRUSR" "S_IWUSR"))

(fact
  value: (name) @constant
  (#any-of? @constant "BUS_ADRERR" "E2BIG" "EACCES" "EAGAIN" "EBADF" "EBUSY" "ECHILD" "EEXIST" "EFAULT" "EFBIG"
    "EINVAL" "EMFILE" "ENAMETOOLONG" "ENODEV" "ENOENT" "ENOMEM" "EOPNOTSUPP" "EOVERFLOW" "EPERM" "ESPIPE" "ESRCH"
    "SEGV_ACCERR" "SEGV_MAPERR" "SIGBUS" "SIGSEGV" "any" "bus" "copy-on-write" "demand-zero" "file" "hit" "memory"
    "miss" "no" "none" "normal" "page" "protection" "segmentation" "swap" "unknown" "yes"))

(setting
  operand: (name) @constant
  (#any-of? @constant "aging" "both" "cached" "clock" "cold" "counting" "data" "direct-mapped" "exclusive" "fifo"
    "fully-associative" "global" "inclusive" "instructions" "kill" "lfu" "lifo" "local" "lookahead" "lru" "mru"
    "none" "nru" "off" "on" "optimal" "physical" "plru" "random" "report" "second-chance" "uncached" "virtual" "warm"
    "working-set" "zero"))

(given
  noun: (name) @type
  (#any-of? @type "cache" "frames" "geometry" "heap" "layout" "machine" "maps" "memory" "page_table" "processes"
    "reference" "resident" "stats" "steps" "swap" "tables" "tlb"))

(ask
  (name) @type
  (columns)
  (#any-of? @type "cache" "frames" "geometry" "heap" "layout" "machine" "maps" "memory" "page_table" "processes"
    "reference" "resident" "stats" "steps" "swap" "tables" "tlb"))

(command
  verb: (verb) @_verb
  operand: (name) @type
  (#any-of? @_verb "expect" "figure" "flush" "set" "show")
  (#any-of? @type "cache" "frames" "geometry" "heap" "layout" "machine" "maps" "memory" "page_table" "processes"
    "reference" "resident" "stats" "steps" "swap" "tables" "tlb"))

(field
  of: (name) @type
  name: (name) @_property
  (#any-of? @_property "colors" "evictions" "hits" "index_bits" "miss_rate" "misses" "offset_bits" "reach" "sets"
    "tag_bits" "vipt" "walk_hits" "walk_misses" "ways" "writebacks"))

(field
  of: (name) @module
  name: (name) @_property
  (#any-of? @_property "brk" "faults" "heap" "maps" "page_table" "pc" "pid" "resident" "rss" "state" "stdout" "vsize"))

(field
  of: (name) @type
  (#any-of? @type "cache" "frames" "geometry" "heap" "ksm" "last" "layout" "machine" "maps" "memory" "page_table"
    "processes" "reference" "resident" "stats" "steps" "swap" "tables" "tlb"))

(command
  verb: (verb) @_verb
  operand: (name) @constant
  (#eq? @_verb "machine")
  (#any-of? @constant "core-i7" "simple"))

(command
  verb: (verb) @_verb
  (settings
    (setting
      operand: (name) @constant))
  (#eq? @_verb "exam")
  (#any-of? @constant "options" "questions"))

(command
  verb: (verb) @_verb
  (settings
    (setting
      operand: (name) @keyword))
  (#eq? @_verb "exam")
  (#any-of? @keyword "of" "pick"))

(command
  verb: (verb) @_verb
  (settings
    (setting
      operand: (name) @keyword))
  (#eq? @_verb "choice")
  (#any-of? @keyword "of" "when"))

(command
  verb: (verb) @_verb
  (settings
    (setting
      operand: (name) @keyword))
  (#eq? @_verb "essay")
  (#any-of? @keyword "points"))

(command
  verb: (verb) @_verb
  [
    operand: (name) @type
    value: (name) @type
  ]
  (#eq? @_verb "set")
  (#any-of? @type "cr3" "pte"))

(command
  verb: (verb) @_verb
  [
    operand: (name) @keyword
    value: (name) @keyword
  ]
  (#eq? @_verb "expect")
  (#any-of? @keyword "exactly"))

(command
  verb: (verb) @_verb
  [
    operand: (name) @keyword
    value: (name) @keyword
  ]
  (#eq? @_verb "translate")
  (#any-of? @keyword "by" "execute" "for" "read" "supervisor" "user" "write"))

(command
  verb: (verb) @_verb
  [
    operand: (name) @keyword
    value: (name) @keyword
  ]
  (#eq? @_verb "read")
  (#any-of? @keyword "size"))

(command
  verb: (verb) @_verb
  [
    operand: (name) @keyword
    value: (name) @keyword
  ]
  (#eq? @_verb "write")
  (#any-of? @keyword "size"))

(command
  verb: (verb) @_verb
  [
    operand: (name) @keyword
    value: (name) @keyword
  ]
  (#eq? @_verb "ksm")
  (#any-of? @keyword "scan"))

(command
  verb: (verb) @_verb
  [
    operand: (name) @keyword
    value: (name) @keyword
  ]
  (#eq? @_verb "swap")
  (#any-of? @keyword "out"))

(command
  verb: (verb) @_verb
  [
    operand: (name) @keyword
    value: (name) @keyword
  ]
  (#eq? @_verb "figure")
  (#any-of? @keyword "bits"))

(command
  verb: (verb) @_verb
  [
    operand: (name) @keyword
    value: (name) @keyword
  ]
  (#eq? @_verb "choice")
  (#any-of? @keyword "points"))

(command
  verb: (verb) @_verb
  [
    operand: (name) @keyword
    value: (name) @keyword
  ]
  (#eq? @_verb "essay")
  (#any-of? @keyword "cm" "points" "space"))
; END generated words

; ---- What is the same whatever stands beside it -----------------------------------------------------------------------

(verb) @function

(fact_name
  (name) @property)

(field
  name: (name) @property)

; ---- Units of paper and of time, which no number has of itself --------------------------------------------------------

(_
  operand: (number)
  .
  operand: (name) @number
  (#any-of? @number "min" "cm"))
