" Indents one step for each brace or bracket that a line leaves open, and aligns continuation lines with their statement.
if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=PagewalkIndent(v:lnum)
setlocal indentkeys=0{,0},0),0],!^F,o,O,0=where,0=else,0=\\=>
setlocal nolisp autoindent
let b:undo_indent = 'setlocal indentexpr< indentkeys< autoindent<'

if exists('*PagewalkIndent')
  finish
endif

let s:cpo = &cpo
set cpo&vim

" Returns the last line, at or before this one, that is outside all braces: a statement that starts in the first column.
function! s:Outermost(lnum) abort
  call cursor(a:lnum, 1)
  let from = search('^\a', 'bnW')
  while from > 1 && match(map(synstack(from, 1), {_, id -> synIDattr(id, 'name')}), '^pagewalkString') >= 0
    call cursor(from, 1)
    let from = search('^\a', 'bnW')
  endwhile
  return from
endfunction

" Returns the open brackets, triple quotes, and fences before a line as [line, column, character]. Starts at a line outside all braces.
function! s:Open(lnum) abort
  let open = []
  for lnum in range(max([1, s:Outermost(a:lnum)]), a:lnum - 1)
    let [text, at] = [getline(lnum), 0]
    while 1
      let in_prose = !empty(open) && open[-1][2] ==# '"'
      let in_code = !empty(open) && open[-1][2] ==# '`'
      let [piece, at, after] = matchstrpos(text, in_code ? '"""\|```' : in_prose ? '"""\|```\|{{\|}}\|{' :
            \ '"""\|"\%([^"\\]\|\\.\)*"\|''\%([^''\\]\|\\.\)*''\|#.*\|[({\[)}\]]', at)
      if at < 0
        break
      elseif in_code
        call remove(open, piece ==# '```' ? -1 : -2, -1)
      elseif piece ==# '"""' && in_prose || piece =~# '^[])}]$' && !empty(open)
        call remove(open, -1)
      elseif piece =~# '^\%("""\|```\|[({\[]\)$'
        call add(open, [lnum, at + 1, piece[0]])
      endif
      let at = after
    endwhile
  endfor
  return open
endfunction

" Returns a line without its comment and without the contents of its strings.
function! s:Bare(lnum) abort
  let line = substitute(getline(a:lnum), '"\%([^"\\]\|\\.\)*"\|''\%([^''\\]\|\\.\)*''', '""', 'g')
  return substitute(line, '\s*#.*$', '', '')
endfunction

" Returns the previous line that is neither blank nor only a comment, or 0 if there is none.
function! s:Before(lnum) abort
  let lnum = prevnonblank(a:lnum - 1)
  while lnum > 0 && s:Bare(lnum) =~# '^\s*$'
    let lnum = prevnonblank(lnum - 1)
  endwhile
  return lnum
endfunction

" Returns whether a line continues the previous one: the previous line is incomplete, or this line starts with `=>` or `where`. A
" comma between settings does not continue a statement.
function! s:Joined(lnum, before) abort
  if s:Bare(a:lnum) =~# '^\s*\%(=>\|where\>\)'
    return 1
  endif
  let bare = s:Bare(a:before)
  return bare =~# '\%(=>\|[-+*/<>&^~=]\|\d\@1<!%\|\<and\|\<or\|\<not\|\<in\)\s*$' || bare =~# ',\s*$' && bare =~# '=>\|^\s*given\>'
endfunction

" Returns the first line of the statement that contains a line.
function! s:First(lnum) abort
  let lnum = a:lnum
  while lnum > 1
    let open = get(s:Open(lnum), -1, [0, 0, '{'])
    let before = s:Before(lnum)
    if open[2] !=# '{'
      let lnum = open[0]
    elseif before > open[0] && s:Joined(lnum, before)
      let lnum = before
    else
      return lnum
    endif
  endwhile
  return lnum
endfunction

" Returns the indentation of a continuation line: its own if it is deeper than that of its statement, or else the default.
function! s:Kept(lnum, least, wanted) abort
  return indent(a:lnum) > a:least ? indent(a:lnum) : a:wanted
endfunction

function! PagewalkIndent(lnum) abort
  let line = getline(a:lnum)
  let [open, column, bracket] = get(s:Open(a:lnum), -1, [0, 0, ''])
  let base = 0
  if bracket ==# '"'
    return -1
  elseif open > 0
    let first = indent(s:First(open))
    if line =~# '^\s*[])}]'
      return first
    elseif bracket !=# '{'
      return s:Kept(a:lnum, first, column)
    endif
    let base = first + shiftwidth()
    let beside = matchend(getline(open), '^\s*\ze[^# \t]', column)
    if beside >= 0
      return s:Kept(a:lnum, first, beside)
    endif
  endif
  let before = s:Before(a:lnum)
  if before > open && s:Joined(a:lnum, before)
    let arrow = match(s:Bare(before), '=>')
    let step = arrow < 0 ? base + shiftwidth() : line =~# '^\s*=>' ? arrow : arrow + 3
    return s:Kept(a:lnum, base, step)
  endif
  return base
endfunction

let &cpo = s:cpo
unlet s:cpo
