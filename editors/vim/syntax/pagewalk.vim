" Syntax of Pagewalk, a scenario language for memory systems. The token classes are the same as in other editors: pagewalkKeyword,
" pagewalkVerb, and so on. The name of a group ends with the context of the token, such as pagewalkVerbCall.
if exists('b:current_syntax')
  finish
endif
scriptencoding utf-8

let s:cpo = &cpo
set cpo&vim

" Returns a pattern that matches one of the words as a whole word.
function! s:Words(list) abort
  return '\%(' . join(a:list, '\|') . '\)\%(\w\|-\a\)\@!'
endfunction

" BEGIN generated words forms verbs values presets nouns fact_words constants units heads part_properties process_properties
" words that begin a statement with a shape of its own
let s:forms = s:Words([
      \ 'ask', 'choose', 'def', 'for', 'given', 'if', 'include', 'let', 'part', 'probe', 'question',
      \ 'reference', 'repeat', 'scenario'])
" words that begin other statements
let s:verbs = s:Words([
      \ 'choice', 'core', 'essay', 'exam', 'executable', 'expect', 'fetch', 'figure', 'file',
      \ 'flush', 'invlpg', 'kernel', 'ksm', 'machine', 'outputs', 'process', 'program', 'read',
      \ 'reclaim', 'replay', 'run', 'seed', 'set', 'show', 'solution', 'space', 'swap', 'sync',
      \ 'table', 'text', 'tick', 'translate', 'write'])
" words that settings take
let s:values = s:Words([
      \ 'aging', 'ambiguous', 'at-once', 'because', 'binary', 'both', 'byte', 'cached', 'char',
      \ 'clock', 'cold', 'column-major', 'continuous', 'counting', 'csv', 'data', 'decimal',
      \ 'demand-zero', 'digits', 'din', 'direct-mapped', 'double', 'exclusive', 'fetches', 'fifo',
      \ 'first', 'float', 'for', 'full', 'fully-associative', 'gap', 'global', 'guessable', 'hex',
      \ 'in', 'inclusive', 'instructions', 'int', 'kill', 'lackey', 'lfu', 'lifo', 'line', 'local',
      \ 'long', 'lookahead', 'lru', 'min', 'mru', 'none', 'nru', 'of', 'off', 'on', 'on-disk',
      \ 'once', 'one', 'optimal', 'options', 'physical', 'pick', 'pin', 'plru', 'points', 'printed',
      \ 'questions', 'radix', 'random', 'readable', 'repeated', 'report', 'row-major', 'same',
      \ 'scalars', 'second-chance', 'short', 'split', 'third-chance', 'uncached', 'uneven',
      \ 'virtual', 'warm', 'when', 'where', 'window', 'word', 'working-set', 'zero'])
" machines that have a name
let s:presets = s:Words([
      \ 'core-i7', 'simple'])
" what can be set, expected and shown
let s:nouns = s:Words([
      \ 'asid', 'by', 'cache', 'cr3', 'frames', 'geometry', 'heap', 'kernel_maps', 'layout',
      \ 'machine', 'maps', 'memory', 'page_table', 'processes', 'program', 'pte', 'reference',
      \ 'resident', 'stats', 'steps', 'swap', 'tables', 'tlb'])
" words that facts have
let s:fact_words = s:Words([
      \ 'BUS_ADRERR', 'E2BIG', 'EACCES', 'EAGAIN', 'EBADF', 'EBUSY', 'ECHILD', 'EEXIST', 'EFAULT',
      \ 'EFBIG', 'EINVAL', 'EMFILE', 'ENAMETOOLONG', 'ENODEV', 'ENOENT', 'ENOMEM', 'EOPNOTSUPP',
      \ 'EOVERFLOW', 'EPERM', 'ESPIPE', 'ESRCH', 'SEGV_ACCERR', 'SEGV_MAPERR', 'SIGBUS', 'SIGSEGV',
      \ 'any', 'bus', 'copy-on-write', 'demand-zero', 'file', 'hit', 'memory', 'miss', 'no', 'none',
      \ 'normal', 'page', 'protection', 'segmentation', 'swap', 'unknown', 'yes'])
" constants of C
let s:constants = s:Words([
      \ 'EXIT_FAILURE', 'EXIT_SUCCESS', 'MADV_COLD', 'MADV_COLLAPSE', 'MADV_DODUMP', 'MADV_DOFORK',
      \ 'MADV_DONTDUMP', 'MADV_DONTFORK', 'MADV_DONTNEED', 'MADV_DONTNEED_LOCKED', 'MADV_FREE',
      \ 'MADV_HUGEPAGE', 'MADV_HWPOISON', 'MADV_KEEPONFORK', 'MADV_MERGEABLE', 'MADV_NOHUGEPAGE',
      \ 'MADV_NORMAL', 'MADV_PAGEOUT', 'MADV_POPULATE_READ', 'MADV_POPULATE_WRITE', 'MADV_RANDOM',
      \ 'MADV_SEQUENTIAL', 'MADV_SOFT_OFFLINE', 'MADV_UNMERGEABLE', 'MADV_WILLNEED',
      \ 'MADV_WIPEONFORK', 'MAP_ANON', 'MAP_ANONYMOUS', 'MAP_FAILED', 'MAP_FILE', 'MAP_FIXED',
      \ 'MAP_FIXED_NOREPLACE', 'MAP_GROWSDOWN', 'MAP_HUGETLB', 'MAP_LOCKED', 'MAP_NONBLOCK',
      \ 'MAP_NORESERVE', 'MAP_POPULATE', 'MAP_PRIVATE', 'MAP_SHARED', 'MAP_SHARED_VALIDATE',
      \ 'MAP_STACK', 'MREMAP_DONTUNMAP', 'MREMAP_FIXED', 'MREMAP_MAYMOVE', 'MS_ASYNC',
      \ 'MS_INVALIDATE', 'MS_SYNC', 'M_MMAP_THRESHOLD', 'NULL', 'O_APPEND', 'O_CLOEXEC', 'O_CREAT',
      \ 'O_EXCL', 'O_RDONLY', 'O_RDWR', 'O_TRUNC', 'O_WRONLY', 'PROT_EXEC', 'PROT_GROWSDOWN',
      \ 'PROT_NONE', 'PROT_READ', 'PROT_WRITE', 'SEEK_CUR', 'SEEK_END', 'SEEK_SET', 'STDERR_FILENO',
      \ 'STDIN_FILENO', 'STDOUT_FILENO', 'S_IRUSR', 'S_IWUSR'])
" units of numbers
let s:units = s:Words([
      \ 'B', 'EB', 'EiB', 'GB', 'GiB', 'KB', 'KiB', 'MB', 'MiB', 'PB', 'PiB', 'TB', 'TiB', 'bit',
      \ 'bits', 'cm', 'cycle', 'cycles', 'entries', 'entry', 'lines', 'mm', 'ms', 'ns', 'page',
      \ 'pages', 's', 'slot', 'slots', 'us'])
" words whose properties can be asked for
let s:heads = s:Words([
      \ 'cache', 'frames', 'kernel', 'ksm', 'last', 'machine', 'memory', 'page_table', 'swap', 'tlb'])
" properties of a TLB or cache
let s:part_properties = s:Words([
      \ 'colors', 'evictions', 'hit_rate', 'hits', 'index_bits', 'miss_rate', 'misses',
      \ 'offset_bits', 'reach', 'sets', 'tag_bits', 'vipt', 'walk_hits', 'walk_misses', 'ways',
      \ 'writebacks'])
" properties of a process
let s:process_properties = s:Words([
      \ 'areas', 'brk', 'cr3', 'disk_reads', 'disk_writes', 'faults', 'heap', 'kernel_maps', 'maps',
      \ 'pc', 'pid', 'resident', 'rsp', 'rss', 'state', 'stdout', 'vsize'])
" END generated words

" ---- Pieces of patterns

" A `-` before a letter is part of the word.
let s:word = '\h\%(\w\|-\a\@=\)*'
let s:end = '\%(\w\|-\a\)\@!'
" The context before the first word of a statement and of a setting.
let s:start = '\%(\%(^\|[;{:]\)\s*\)\@<='
let s:entry = '\%(\%(^\|[;,{]\)\s*\)\@<='
" Each of these characters ends a cell.
let s:cell = '[^ \t|;{}()"''#]\+'
let s:end_of_cell = '[^ \t|;{}()"''#]\@!'

function! s:Link(class, place) abort
  if !empty(a:place)
    execute 'hi def link pagewalk' . a:class . a:place . ' pagewalk' . a:class
  endif
endfunction

" Gives the matches of a pattern a class. The place is a suffix of the group's name.
function! s:Match(class, place, pattern, options) abort
  execute 'syn match pagewalk' . a:class . a:place . ' /' . escape(a:pattern, '/') . '/ ' . a:options
  call s:Link(a:class, a:place)
endfunction

" Defines a region that starts with a word of a class and ends with its line or its braces.
function! s:Head(name, class, pattern, contains) abort
  execute 'syn region pagewalkHead' . a:name . ' matchgroup=pagewalk' . a:class
        \ . ' start=/' . escape(a:pattern, '/') . '/ end=/}\@1<=/ end=/[;}]\@=/ end=/\%(=>\)\@=/ end=/$/'
        \ . ' contains=pagewalkComment,@pagewalkExpression,' . a:contains
endfunction

" ---- Expressions: the later of two patterns that match at the same position wins

call s:Match('Variable', '', s:word, '')
call s:Match('Operator', '', '=>\|\.\.=\=\|//\|<<\|>>\|[<>=!]=\|[-+*/%<>&^|~!=.:?]', '')
call s:Match('Number', '', '\w\@1<!\d\w*\%(\.\d\w*\)*\%(%[0-9A-Za-z_(]\@!\|\s\+' . s:units . '\%(\s*[.(]\)\@!\)\=', '')
call s:Match('Process', 'Numbered', 'P\d\+' . s:end, '')
call s:Match('Process', 'Asked', s:word . '\%(\.' . s:process_properties . '\)\@=', '')
call s:Match('Noun', 'Asked', s:word . '\%(\.' . s:part_properties . '\)\@=', '')
call s:Match('Noun', 'Head', '\%(' . s:heads . '\|' . s:nouns . '\)\%(\.\a\)\@=', '')
call s:Match('Fact', 'Property', '\%([^.]\.\)\@2<=' . s:word, '')
call s:Match('Constant', '', '\%(' . s:constants . '\|' . s:Words(['true', 'false']) . '\)', '')
call s:Match('Verb', 'Call', s:word . '(\@=', '')
call s:Match('Keyword', 'Between', s:Words(['and', 'or', 'not', 'in', 'else']), '')
call s:Match('Keyword', 'ElseIf', '\%(else\s\+\)\@<=if' . s:end, '')

syn region pagewalkParen start=/(/ end=/)/ transparent contains=pagewalkComment,@pagewalkExpression
syn region pagewalkList start=/\[/ end=/\]/ transparent contains=pagewalkComment,@pagewalkExpression

syn match pagewalkStringEscape /\\\%(x\x\+\|\o\{1,3}\|.\)/ contained
hi def link pagewalkStringEscape SpecialChar
syn region pagewalkString start=/"/ skip=/\\./ end=/"/ end=/$/ oneline contains=pagewalkStringEscape
syn region pagewalkString start=/'/ skip=/\\./ end=/'/ end=/$/ oneline contains=pagewalkStringEscape
syn region pagewalkString start=/"""/ end=/"""/ contains=pagewalkHole,pagewalkStringBraces,pagewalkStringCode
syn region pagewalkHole matchgroup=pagewalkBrace start=/{/ end=/}/ contained contains=@pagewalkExpression
syn match pagewalkStringBraces /{{\|}}/ contained
hi def link pagewalkStringBraces SpecialChar
syn region pagewalkStringCode start=/```/ end=/```/ end=/\%("""\)\@=/ contained
hi def link pagewalkStringCode pagewalkString

syn match pagewalkComment /#.*/ contains=@Spell

syn cluster pagewalkExpression contains=pagewalkVariable,pagewalkOperator,pagewalkNumber,pagewalkProcessNumbered,
      \pagewalkProcessAsked,pagewalkNounAsked,pagewalkNounHead,pagewalkFactProperty,pagewalkConstant,pagewalkVerbCall,
      \pagewalkKeywordBetween,pagewalkKeywordElseIf,pagewalkKeywordWhere,pagewalkParen,pagewalkList,pagewalkString

" ---- Braces

syn region pagewalkBlock matchgroup=pagewalkBrace start=/{/ end=/}/ transparent contains=TOP

" Settings, whose first word is the name.
call s:Match('Constant', 'Setting', s:values . '[.(]\@!', 'contained')
call s:Match('Noun', 'Setting', s:entry . s:word, 'contained')
call s:Match('Noun', 'Part', '\%(\%(^\|[;,{]\)\s*\%(tlb\|cache\)\s\+\)\@<=' . s:word, 'contained')
call s:Match('Constant', 'None', '\%(\%(^\|[;,{]\)\s*\%(tlb\|cache\)\s\+\)\@<=none' . s:end, 'contained')
syn region pagewalkSettings matchgroup=pagewalkBrace start=/{/ end=/}/ contained
      \ contains=pagewalkComment,pagewalkTable,@pagewalkSetting
syn cluster pagewalkSetting contains=pagewalkSettings,pagewalkNounSetting,pagewalkNounPart,pagewalkConstantSetting,
      \pagewalkConstantNone,@pagewalkExpression

" Tables. Everything in a table that is outside the row regions is the first row, which contains the column names.
syn region pagewalkTableBlock matchgroup=pagewalkBrace start=/{/ end=/}/ contained
      \ contains=pagewalkComment,pagewalkTable,pagewalkPlainTable
execute 'syn region pagewalkPlainTable matchgroup=pagewalkFactColumn start=/' . s:entry . s:cell . '/ end=/}\@=/ contained'
      \ . ' contains=pagewalkComment,pagewalkRow,pagewalkPlainRow,pagewalkFactColumn'
execute 'syn region pagewalkTable matchgroup=pagewalkBar start=/' . s:entry . '|/ end=/}\@=/ contained'
      \ . ' contains=pagewalkComment,pagewalkRow,pagewalkLateSetting,pagewalkFactColumn'
call s:Match('Fact', 'Column', s:cell, 'contained')
syn region pagewalkRow matchgroup=pagewalkBar start=/\%(\%(^\|;\)\s*\)\@<=|/ end=/[;}]\@=/ end=/$/ contained
      \ contains=pagewalkComment,pagewalkParen,pagewalkString,pagewalkConstantCell,pagewalkNumberCell,pagewalkOperatorCell
call s:Match('Constant', 'Cell', s:cell, 'contained')
call s:Match('Number', 'Cell', '\d' . s:cell . '\|\d\|\x\+' . s:end_of_cell, 'contained')
call s:Match('Operator', 'Cell', '[-–*]' . s:end_of_cell, 'contained')
" A row starts with its first cell. The last matching pattern wins.
for [s:class, s:first] in [['Constant', s:cell], ['Number', '\%(\d' . s:cell . '\|\d\|\x\+' . s:end_of_cell . '\)'],
      \ ['Operator', '[-–*]' . s:end_of_cell]]
  execute 'syn region pagewalkPlainRow matchgroup=pagewalk' . s:class . 'Cell start=/\%(\%(^\|;\)\s*\)\@<=' . s:first
        \ . '/ end=/[;}]\@=/ end=/$/ contained contains=pagewalkComment,pagewalkParen,pagewalkString,pagewalkConstantCell,'
        \ . 'pagewalkNumberCell,pagewalkOperatorCell'
endfor
execute 'syn region pagewalkLateSetting matchgroup=pagewalkNoun start=/\%(\%(^\|;\)\s*\)\@<=' . s:word . '/'
      \ . ' end=/[;}]\@=/ end=/$/ contained contains=pagewalkComment,@pagewalkSetting'

" The bits of an entry.
syn region pagewalkEntry matchgroup=pagewalkBrace start=/{/ end=/}/ contained
      \ contains=pagewalkComment,pagewalkFactEntry,@pagewalkExpression
call s:Match('Fact', 'Entry', s:entry . s:word, 'contained')

" The settings of an exam's cover.
syn region pagewalkCover matchgroup=pagewalkBrace start=/{/ end=/}/ contained
      \ contains=pagewalkComment,@pagewalkExpression,pagewalkNounSetting,pagewalkKeywordCover,pagewalkConstantCover,
      \pagewalkNumberCover
call s:Match('Keyword', 'Cover', s:Words(['pick', 'of']), 'contained')
call s:Match('Constant', 'Cover', '\%(\%(addressable\|layout\|radix\|shuffle\)\s\+\)\@<=' . s:word, 'contained')
call s:Match('Number', 'Cover', '\d\w*\s\+\%(of' . s:end . '\)\@!' . s:word, 'contained')

" The options of a choice and the rubrics of an essay.
syn region pagewalkChoices matchgroup=pagewalkBrace start=/{/ end=/}/ contained
      \ contains=pagewalkComment,@pagewalkExpression,pagewalkKeywordChoice,pagewalkKeywordIn,pagewalkKeywordTicked,pagewalkKeywordDigits,
      \pagewalkKeywordUnit,pagewalkConstantUnit,pagewalkFactAnswered,pagewalkVerbAnswered
call s:Match('Keyword', 'Choice', s:entry . s:word, 'contained')
call s:Match('Keyword', 'In', s:Words(['when', 'points', 'of']), 'contained')
call s:Match('Keyword', 'Ticked', '\%(tick\s\+\)\@<=one' . s:end, 'contained')
call s:Match('Keyword', 'Digits', '\s\@1<=' . s:Words(['for', 'digits']) . '\%(\s\+\w\|\s*(\)\@=', 'contained')
call s:Match('Fact', 'Answered', '\%(answers\s\+\)\@<=' . s:word, 'contained')
call s:Match('Verb', 'Answered', '\%(\<of\s\+\)\@<=' . s:verbs, 'contained')

" ---- Words in a statement that take an operand

let s:operand = '\%(\s*(\|\s\+\%(' . s:Words(['and', 'or', 'in', 'not', 'where', 'points', 'unit', 'radix'])
      \ . '\)\@!\w\)\@='
call s:Match('Keyword', 'Option', '\%(\s\)\@1<=' . s:Words(['points', 'size', 'space']) . s:operand, '')
call s:Match('Keyword', 'Unit', '\%(\s\)\@1<=' . s:Words(['radix', 'unit']) . '\%(\s\+["A-Za-z_]\)\@=', '')
call s:Match('Constant', 'Unit', '\%(\s\%(radix\|unit\)\s\+\)\@<=' . s:word, '')
call s:Match('Keyword', 'For', '\s\@1<=for\s\+' . s:Words(['read', 'write', 'execute']), '')
call s:Match('Keyword', 'By', '\s\@1<=by\s\+' . s:Words(['user', 'supervisor']), '')
call s:Match('Keyword', 'Format', '\s\@1<=format\s\+' . s:Words(['lackey', 'din', 'csv', 'pin', 'gap']), '')
call s:Match('Keyword', 'Straddle', '\s\@1<=straddle\s\+' . s:Words(['split', 'first']), '')
call s:Match('Keyword', 'Map', '\s\@1<=map\s\+' . s:Words(['identity', 'demand']), '')
call s:Match('Keyword', 'From', '\s\@1<=from\%(\s\+"\)\@=', '')
call s:Match('Keyword', 'Counts', '\%(\<replay\s\+"[^"]*"[^=]*\s\)\@<=' . s:Words(['kinds', 'causes', 'cycles']), '')
syn cluster pagewalkOptions contains=pagewalkKeywordOption,pagewalkKeywordUnit,pagewalkConstantUnit,pagewalkKeywordFor,
      \pagewalkKeywordBy,pagewalkKeywordFormat,pagewalkKeywordStraddle,pagewalkKeywordMap,pagewalkKeywordFrom,
      \pagewalkKeywordCounts

" ---- Statements

call s:Match('Process', 'Block', s:start . s:word . '\%(\s*{\)\@=', '')
call s:Match('Verb', 'Start', s:start . s:verbs . '\%(\s*=\)\@!', '')
call s:Match('Keyword', 'Start', s:start . s:forms, '')
call s:Match('Keyword', 'ElseStart', s:start . 'else' . s:end, '')
call s:Match('Process', 'Start', s:start . s:word . '\%(\s*:\)\@=', '')

" Words that take an operation. A process, `probe`, and the verb of an access can follow.
call s:Match('Keyword', 'Where', 'where' . s:end, 'nextgroup=@pagewalkOperation skipwhite')
call s:Match('Keyword', 'Operation', s:start . s:Words(['ask', 'probe']), 'nextgroup=@pagewalkOperation skipwhite')
call s:Match('Process', 'Operation', s:word . '\%(\s*:\)\@=', 'contained')
call s:Match('Keyword', 'Probe', 'probe' . s:end . '\%(\s*[=<>,;}]\)\@!', 'contained nextgroup=pagewalkVerbOperation skipwhite')
call s:Match('Verb', 'Operation', '\%(translate\|read\|write\|fetch\|invlpg\)\%(\s\+[0-9A-Za-z_("''\[~-]\)\@=', 'contained')
call s:Match('Noun', 'Asked', '\%(' . s:nouns . '\)\%(\%(\s\+' . s:word . '\)\=\s\+columns\s\)\@=', 'contained nextgroup=pagewalkNounNamed skipwhite')
call s:Match('Noun', 'Named', s:word . '\%(\s\+columns\s\)\@=', 'contained')
syn cluster pagewalkOperation contains=pagewalkProcessOperation,pagewalkKeywordProbe,pagewalkVerbOperation,
      \pagewalkNounAsked,pagewalkHeadReference

call s:Match('Keyword', 'Swap', '\%(\<swap\s\+\)\@<=out' . s:end, 'nextgroup=pagewalkProcessSwap skipwhite')
call s:Match('Process', 'Swap', s:word . '\%(\s\+[0-9A-Za-z_(]\)\@=', 'contained')
call s:Match('Keyword', 'Scan', '\%(\<ksm\s\+\)\@<=scan' . s:end, '')

call s:Head('Machine', 'Verb', s:start . 'machine' . s:end . '\%(\s*[.(:=]\)\@!', 'pagewalkSettings,pagewalkConstantPreset')
call s:Match('Constant', 'Preset', s:presets, 'contained')
call s:Head('Settings', 'Verb', s:start . s:Words(['kernel', 'file', 'executable']) . '\%(\s*[.(:=]\)\@!', 'pagewalkSettings')
call s:Head('Reference', 'Keyword', '\%(' . s:start . '\|\%(\%(where\|probe\|ask\)\s\)\@<=\)reference' . s:end
      \ . '\%(\s*[0-9A-Za-z_\["]\)\@=\%(\s\+columns\)\@!', 'pagewalkSettings')
call s:Head('Exam', 'Verb', s:start . 'exam\%(\s*{\)\@=', 'pagewalkCover')
call s:Head('Choice', 'Verb', s:start . s:Words(['choice', 'table', 'essay']) . '\%(\s*[.(:=]\)\@!', '@pagewalkOptions,pagewalkChoices')
call s:Head('Process', 'Verb', s:start . 'process\%(\s\+\h\)\@=', 'pagewalkTableBlock,pagewalkProcessNew')
call s:Match('Process', 'New', '\%(process\s\+\)\@<=' . s:word, 'contained')

" Words that take a noun: a part of the machine or the kernel, with an optional name.
let s:shows = s:Words(['set', 'expect', 'show', 'flush'])
let s:before = '\%(\%(set\|expect\|show\|flush\)\%(\s\+exactly\)\=\s\+'
call s:Head('Noun', 'Verb', s:start . s:shows . '\%(\s*[(:]\)\@!', 'pagewalkTableBlock,pagewalkKeywordExactly,'
      \ . 'pagewalkNounPlain,pagewalkNounFirst,pagewalkNounOf,pagewalkProcessOf')
call s:Match('Keyword', 'Exactly', '\%(expect\s\+\)\@<=exactly' . s:end, 'contained')
call s:Match('Noun', 'Plain', s:before . '\)\@<=' . s:nouns . '\%(\s*[^=.{;}# \t]\)\@!\%(\s*==\)\@!', 'contained')
call s:Match('Noun', 'First', s:before . '\)\@<=' . s:Words(['tlb', 'cache', 'layout', 'tables']), 'contained')
call s:Match('Noun', 'Of', s:before . '\%(tlb\|cache\)\s\+\)\@<=\%(' . s:Words(['and', 'or', 'in', 'not']) . '\)\@!' . s:word, 'contained')
call s:Match('Process', 'Of', s:before . '\%(layout\|tables\)\s\+\)\@<=' . s:word, 'contained')

call s:Head('Pte', 'Verb', s:start . 'set\%(\s\+pte' . s:end . '\)\@=', 'pagewalkEntry,pagewalkNounPte')
call s:Match('Noun', 'Pte', '\%(set\s\+\)\@<=pte' . s:end, 'contained')

call s:Head('Given', 'Keyword', s:start . 'given' . s:end, 'pagewalkColumns,pagewalkNounGiven,pagewalkNounGivenOf,pagewalkProcessGiven,pagewalkGoesOn')
call s:Match('Noun', 'Given', '\.\@1<!' . s:nouns, 'contained')
call s:Match('Noun', 'GivenOf', '\%(\<\%(tlb\|cache\)\s\+\)\@<=\%(columns\s\)\@!' . s:word, 'contained')
call s:Match('Process', 'Given', '\%(\<\%(layout\|tables\)\s\+\)\@<=' . s:word, 'contained')

call s:Head('Figure', 'Verb', s:start . 'figure\%(\s\+\h\)\@=', 'pagewalkNounFigure,pagewalkKeywordFigure')
call s:Match('Noun', 'Figure', '\%(figure\s\+\)\@<=' . s:nouns, 'contained')
call s:Match('Keyword', 'Figure', '\%(figure\s\+\)\@<=bits' . s:end, 'contained')

syn region pagewalkColumns matchgroup=pagewalkKeyword start=/\%([^ \t{;]\s\+\)\@<=columns\%(\s\)\@=/
      \ end=/\%(\<\%(radix\|points\)\>\)\@=/ end=/[,;}#]\@=/ end=/$/ contains=pagewalkFactAsked
call s:Match('Fact', 'Asked', s:word, 'contained')

" ---- Facts: a name after the arrow and after each comma, followed by its value

syn region pagewalkFacts matchgroup=pagewalkOperator start=/=>/ end=/\%([;}]\|where\>\)\@=/ end=/\%(=>\s*\)\@<!$/
      \ contains=pagewalkComment,@pagewalkExpression,@pagewalkOptions,pagewalkFactName,pagewalkFactPart,pagewalkConstantFact,
      \pagewalkConstantServed,pagewalkGoesOn
call s:Match('Constant', 'Fact', s:fact_words . '[.(]\@!', 'contained')
call s:Match('Constant', 'Served', '\%(served\s\+\)\@<=' . s:word, 'contained')
call s:Match('Fact', 'Name', '\%(\%(=>\|,\)\s*\)\@<=' . s:word, 'contained')
" The statement continues after a comma at the end of a line. Blanks and comments can follow the comma.
syn region pagewalkGoesOn start=/,\%(\s*\%(#.*\)\=$\)\@=/ end=/[^ \t#]\@=/ contained contains=pagewalkComment
      \ nextgroup=pagewalkFactGoesOn
call s:Match('Fact', 'GoesOn', s:word, 'contained')

hi def link pagewalkKeyword Statement
hi def link pagewalkVerb Function
hi def link pagewalkFact Identifier
hi def link pagewalkNoun Type
hi def link pagewalkNumber Number
hi def link pagewalkString String
hi def link pagewalkComment Comment
hi def link pagewalkOperator Operator
hi def link pagewalkConstant Constant
hi def link pagewalkProcess PreProc

syn sync fromstart

let b:current_syntax = 'pagewalk'
delfunction s:Words
delfunction s:Link
delfunction s:Match
delfunction s:Head
let &cpo = s:cpo
unlet s:cpo
