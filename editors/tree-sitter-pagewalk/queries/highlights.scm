; The class of each word in a script. Later patterns override earlier ones. In some editors, a match loses all its captures if a
; later pattern overrides one of them, so a pattern for two words comes after all other patterns for the first word.
; `PAGEWALK_RETELL=1 cargo test --test all editors::` writes the word lists from the registries.

; ---- Classes from the tree alone --------------------------------------------------------------------------------------

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
  "**"
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
  "round"
  "marks"
  "points"
  "as"
] @keyword

(name) @variable

(page) @constant

((page) @number
  (#match? @number "^[0-9]"))

; Bare words in page lists are names of pages: `holding [a, b]`, `resident [a, b]`.
(reference
  (settings
    (setting
      operand: (list
        (name) @constant))))

(reference
  (facts
    (fact
      value: (list
        (name) @constant))))

(boolean) @constant

(call
  function: (name) @function)

(process) @module

(column) @property

(cell) @constant

(verb) @function

(setting_name) @type

(fact_name
  (name) @property)

(unit
  (name) @constant)

(radix
  (name) @constant)

; The name in the declaration of a TLB or a cache. A pattern below handles `cache L3 none`.
(setting
  name: (setting_name) @type
  .
  operand: (name) @type.instance
  (#any-of? @type "tlb" "cache"))

; ---- Classes from the registries --------------------------------------------------------------------------------------

((name) @constant
  (#any-of? @constant
  ; BEGIN generated words constants
  "EXIT_FAILURE" "EXIT_SUCCESS" "MADV_COLD" "MADV_COLLAPSE" "MADV_DODUMP" "MADV_DOFORK"
  "MADV_DONTDUMP" "MADV_DONTFORK" "MADV_DONTNEED" "MADV_DONTNEED_LOCKED" "MADV_FREE" "MADV_HUGEPAGE"
  "MADV_HWPOISON" "MADV_KEEPONFORK" "MADV_MERGEABLE" "MADV_NOHUGEPAGE" "MADV_NORMAL" "MADV_PAGEOUT"
  "MADV_POPULATE_READ" "MADV_POPULATE_WRITE" "MADV_RANDOM" "MADV_SEQUENTIAL" "MADV_SOFT_OFFLINE"
  "MADV_UNMERGEABLE" "MADV_WILLNEED" "MADV_WIPEONFORK" "MAP_ANON" "MAP_ANONYMOUS" "MAP_FAILED"
  "MAP_FILE" "MAP_FIXED" "MAP_FIXED_NOREPLACE" "MAP_GROWSDOWN" "MAP_HUGETLB" "MAP_LOCKED"
  "MAP_NONBLOCK" "MAP_NORESERVE" "MAP_POPULATE" "MAP_PRIVATE" "MAP_SHARED" "MAP_SHARED_VALIDATE"
  "MAP_STACK" "MREMAP_DONTUNMAP" "MREMAP_FIXED" "MREMAP_MAYMOVE" "MS_ASYNC" "MS_INVALIDATE"
  "MS_SYNC" "M_MMAP_THRESHOLD" "NULL" "O_APPEND" "O_CLOEXEC" "O_CREAT" "O_EXCL" "O_RDONLY" "O_RDWR"
  "O_TRUNC" "O_WRONLY" "PROT_EXEC" "PROT_GROWSDOWN" "PROT_NONE" "PROT_READ" "PROT_WRITE" "SEEK_CUR"
  "SEEK_END" "SEEK_SET" "STDERR_FILENO" "STDIN_FILENO" "STDOUT_FILENO" "S_IRUSR" "S_IWUSR"
  ; END generated words
  ))

(fact
  value: (name) @constant
  (#any-of? @constant
  ; BEGIN generated words fact_words
  "BUS_ADRERR" "E2BIG" "EACCES" "EAGAIN" "EBADF" "EBUSY" "ECHILD" "EEXIST" "EFAULT" "EFBIG" "EINVAL"
  "EMFILE" "ENAMETOOLONG" "ENODEV" "ENOENT" "ENOMEM" "EOPNOTSUPP" "EOVERFLOW" "EPERM" "ESPIPE"
  "ESRCH" "SEGV_ACCERR" "SEGV_MAPERR" "SIGBUS" "SIGSEGV" "any" "bus" "copy-on-write" "demand-zero"
  "file" "hit" "memory" "miss" "no" "none" "normal" "page" "protection" "segmentation" "swap"
  "unknown" "yes"
  ; END generated words
  ))

(setting
  operand: (name) @constant
  (#any-of? @constant
  ; BEGIN generated words values
  "aging" "ambiguous" "at-once" "because" "binary" "both" "byte" "cached" "char" "clock" "cold"
  "column-major" "continuous" "counting" "csv" "data" "decimal" "demand-zero" "digits" "din"
  "direct-mapped" "double" "exclusive" "fetches" "fifo" "first" "float" "for" "full"
  "fully-associative" "gap" "global" "guessable" "hex" "in" "inclusive" "instructions" "int" "kill"
  "lackey" "lfu" "lifo" "line" "local" "long" "lookahead" "lru" "min" "mru" "none" "nru" "of" "off"
  "on" "on-disk" "once" "one" "optimal" "options" "physical" "pick" "pin" "plru" "points" "printed"
  "questions" "radix" "random" "readable" "repeated" "report" "row-major" "same" "scalars"
  "second-chance" "short" "split" "third-chance" "uncached" "uneven" "virtual" "warm" "when" "where"
  "window" "word" "working-set" "zero"
  ; END generated words
  ))

(setting
  operand: (name) @constant
  (#any-of? @constant
  ; BEGIN generated words paper_choices
  "ambiguous" "binary" "byte" "continuous" "decimal" "guessable" "hex" "options" "pages" "printed"
  "questions" "readable" "repeated" "same" "uneven" "word"
  ; END generated words
  ))

(setting
  operand: (name) @keyword
  (#any-of? @keyword
  ; BEGIN generated words paper_words
  "because" "digits" "for" "in" "of" "one" "pick" "points" "radix" "when" "where"
  ; END generated words
  ))

(setting
  name: (setting_name) @keyword
  (#any-of? @keyword
  ; BEGIN generated words paper_entries
  "answers" "columns" "correct" "option" "row" "rubric" "tick" "wrong"
  ; END generated words
  ))

(given
  noun: (name) @type
  (#any-of? @type
  ; BEGIN generated words nouns
  "asid" "by" "cache" "cr3" "frames" "geometry" "heap" "kernel_maps" "layout" "machine" "maps"
  "memory" "page_table" "processes" "program" "pte" "reference" "resident" "stats" "steps" "swap"
  "tables" "tlb"
  ; END generated words
  ))

(ask
  (name) @type
  (columns)
  (#any-of? @type
  ; BEGIN generated words nouns
  "asid" "by" "cache" "cr3" "frames" "geometry" "heap" "kernel_maps" "layout" "machine" "maps"
  "memory" "page_table" "processes" "program" "pte" "reference" "resident" "stats" "steps" "swap"
  "tables" "tlb"
  ; END generated words
  ))

(command
  operand: (name)
  .
  operand: (name) @type
  (#any-of? @type
  ; BEGIN generated words nouns
  "asid" "by" "cache" "cr3" "frames" "geometry" "heap" "kernel_maps" "layout" "machine" "maps"
  "memory" "page_table" "processes" "program" "pte" "reference" "resident" "stats" "steps" "swap"
  "tables" "tlb"
  ; END generated words
  ))

(command
  operand: (name) @keyword
  (#any-of? @keyword
  ; BEGIN generated words later_options
  "accesses" "all" "anonymous" "arguments" "at-once" "by" "call" "causes" "chain" "csv" "cycles"
  "define" "demand" "din" "execute" "execv" "failing" "fields" "first" "for" "fork" "format" "from"
  "full" "gap" "identity" "ignored" "kinds" "lackey" "level" "line" "map" "of" "ordered" "pa" "pin"
  "points" "printf" "read" "size" "sleep" "space" "split" "step" "straddle" "supervisor" "until"
  "user" "vipt" "write"
  ; END generated words
  ))

(command
  .
  (verb)
  .
  operand: (name) @variable
  (#any-of? @variable
  ; BEGIN generated words later_options
  "accesses" "all" "anonymous" "arguments" "at-once" "by" "call" "causes" "chain" "csv" "cycles"
  "define" "demand" "din" "execute" "execv" "failing" "fields" "first" "for" "fork" "format" "from"
  "full" "gap" "identity" "ignored" "kinds" "lackey" "level" "line" "map" "of" "ordered" "pa" "pin"
  "points" "printf" "read" "size" "sleep" "space" "split" "step" "straddle" "supervisor" "until"
  "user" "vipt" "write"
  ; END generated words
  ))

(command
  value: (name) @keyword
  (#any-of? @keyword
  ; BEGIN generated words later_options
  "accesses" "all" "anonymous" "arguments" "at-once" "by" "call" "causes" "chain" "csv" "cycles"
  "define" "demand" "din" "execute" "execv" "failing" "fields" "first" "for" "fork" "format" "from"
  "full" "gap" "identity" "ignored" "kinds" "lackey" "level" "line" "map" "of" "ordered" "pa" "pin"
  "points" "printf" "read" "size" "sleep" "space" "split" "step" "straddle" "supervisor" "until"
  "user" "vipt" "write"
  ; END generated words
  ))

(command
  "="
  .
  value: (name) @variable
  (#any-of? @variable
  ; BEGIN generated words later_options
  "accesses" "all" "anonymous" "arguments" "at-once" "by" "call" "causes" "chain" "csv" "cycles"
  "define" "demand" "din" "execute" "execv" "failing" "fields" "first" "for" "fork" "format" "from"
  "full" "gap" "identity" "ignored" "kinds" "lackey" "level" "line" "map" "of" "ordered" "pa" "pin"
  "points" "printf" "read" "size" "sleep" "space" "split" "step" "straddle" "supervisor" "until"
  "user" "vipt" "write"
  ; END generated words
  ))

(command
  .
  (verb)
  .
  operand: (name) @keyword
  (#any-of? @keyword
  ; BEGIN generated words first_options
  "bits" "exactly" "mapping" "out" "pte" "scan" "system" "translation" "walk"
  ; END generated words
  ))

(command
  verb: (verb) @function
  .
  operand: (name) @type
  (#any-of? @function
  ; BEGIN generated words verbs_of_nouns
  "expect" "figure" "flush" "replay" "set" "show"
  ; END generated words
  )
  (#any-of? @type
  ; BEGIN generated words nouns
  "asid" "by" "cache" "cr3" "frames" "geometry" "heap" "kernel_maps" "layout" "machine" "maps"
  "memory" "page_table" "processes" "program" "pte" "reference" "resident" "stats" "steps" "swap"
  "tables" "tlb"
  ; END generated words
  ))

(command
  verb: (verb) @function
  .
  operand: (name) @constant
  (#eq? @function "machine")
  (#any-of? @constant
  ; BEGIN generated words presets
  "core-i7" "simple"
  ; END generated words
  ))

(field
  of: (name) @type
  name: (name) @property
  (#any-of? @property
  ; BEGIN generated words part_properties
  "colors" "evictions" "hit_rate" "hits" "index_bits" "miss_rate" "misses" "offset_bits" "reach"
  "sets" "tag_bits" "vipt" "walk_hits" "walk_misses" "ways" "writebacks"
  ; END generated words
  ))

(field
  of: (name) @module
  name: (name) @property
  (#any-of? @property
  ; BEGIN generated words process_properties
  "areas" "brk" "cr3" "disk_reads" "disk_writes" "faults" "heap" "kernel_maps" "maps" "pc" "pid"
  "resident" "rsp" "rss" "state" "stdout" "vsize"
  ; END generated words
  ))

(field
  of: (name) @module
  name: (name) @property
  (#eq? @property "page_table"))

(field
  of: (name) @type
  (#any-of? @type
  ; BEGIN generated words heads
  "cache" "frames" "kernel" "ksm" "last" "machine" "memory" "page_table" "swap" "tlb"
  ; END generated words
  ))

; ---- Classes from the previous word -----------------------------------------------------------------------------------

(field
  name: (name) @property)

(fact
  name: (fact_name
    (name) @property)
  value: (name) @constant
  (#eq? @property "served"))

(command
  verb: (verb) @function
  .
  operand: (name) @module
  (#eq? @function "process"))

; The name of a TLB or a cache after `show`, `set`, or `flush`.
(command
  operand: (name) @type
  .
  operand: (name) @type.instance
  (#any-of? @type "tlb" "cache"))

(command
  operand: (name) @type
  .
  operand: (name) @module
  (#any-of? @type "layout" "tables" "frames"))

(command
  operand: (name) @keyword
  .
  operand: (name) @module
  (#eq? @keyword "out"))

; The bits of an entry, which have the class of facts.
(command
  .
  (verb)
  .
  operand: (name)
  .
  operand: (_)
  .
  operand: (_)
  (settings
    (setting
      name: (setting_name) @property)))

(setting
  name: (setting_name) @keyword
  .
  operand: (name) @property
  (#eq? @keyword "answers"))

(setting
  operand: (name) @keyword
  .
  operand: (name) @function
  (#eq? @keyword "of"))

; Units of paper and of time, which are not units of numbers.
(_
  operand: (number)
  .
  operand: (name) @number
  (#any-of? @number "min" "cm"))
