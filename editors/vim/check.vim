" Compares the classes of the syntax file with a list: vim -es -S check.vim, with $CLASSES, $OUT, and $SAMPLE for a list without
" file names. The first line of $OUT is the number of tokens that agree and the number of all tokens.
set nocompatible encoding=utf-8 nomore
let &runtimepath = expand('<sfile>:p:h') . ',' . &runtimepath
filetype plugin indent on
syntax on

let s:out = []
let s:pattern = '^pagewalk\(Keyword\|Verb\|Fact\|Noun\|Number\|String\|Comment\|Operator\|Constant\|Process\|Variable\)'

function! s:Class(line, column) abort
  " Everything in a string has the class of the string.
  return matchstr(synIDattr(synID(a:line, a:column, 1), 'name'), s:pattern)
endfunction

" Returns the class of a text, or `mixed` if its first and last characters have different classes.
function! s:ClassOf(line, column, text) abort
  let from = byteidx(getline(a:line), a:column - 1) + 1
  let class = s:Class(a:line, from)
  return s:Class(a:line, from + len(a:text) - 1) ==# class ? substitute(class, '^pagewalk', '', '') : 'mixed'
endfunction

let s:all = 0
let s:same = 0
let s:file = ''
if !empty($SAMPLE)
  execute 'edit' fnameescape($SAMPLE)
endif
for s:row in readfile($CLASSES)
  if s:row =~# '^== '
    execute 'edit' fnameescape(s:row[3:])
    if &filetype !=# 'pagewalk'
      call add(s:out, 'no file type in ' . expand('%'))
    endif
    continue
  endif
  let s:part = matchlist(s:row, '^\(\d\+\):\(\d\+\) \(.*\) \(\a\+\)$')
  if empty(s:part)
    continue
  endif
  let s:all += 1
  let s:class = s:ClassOf(str2nr(s:part[1]), str2nr(s:part[2]), s:part[3])
  if s:class ==# s:part[4]
    let s:same += 1
  else
    call add(s:out, '  ' . expand('%') . ':' . s:row . ', and here ' . (empty(s:class) ? 'none' : s:class))
  endif
endfor
call insert(s:out, s:same . ' ' . s:all)
call writefile(s:out, $OUT)
qall!
