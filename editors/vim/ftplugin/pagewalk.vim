" Settings for Pagewalk scripts other than syntax highlighting and indentation.
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

let s:cpo = &cpo
set cpo&vim

setlocal comments=:#
setlocal commentstring=#\ %s
setlocal formatoptions-=t formatoptions+=croql
" A name can contain `-` before a letter, such as copy-on-write.
setlocal iskeyword=@,48-57,_,-
setlocal shiftwidth=2 softtabstop=2 expandtab
setlocal suffixesadd=.pw
setlocal include=^\\s*include\\s\\+\"
setlocal define=^\\s*\\%(\\k\\+\\s*:\\s*\\)\\=\\%(let\\\|def\\\|process\\\|choose\\)\\s\\+\\ze\\k
setlocal foldmethod=indent foldlevel=99
" Brackets for matchit, except brackets in strings and comments.
let b:match_words = '{:},(:),\[:\]'
let b:match_skip = 's:pagewalkComment\|pagewalkString'

let b:undo_ftplugin = 'setlocal comments< commentstring< formatoptions< iskeyword< shiftwidth< softtabstop<'
      \ . ' expandtab< suffixesadd< include< define< foldmethod< foldlevel< | unlet! b:match_words b:match_skip'

if executable('pagewalk') && !exists('g:pagewalk_no_makeprg')
  setlocal makeprg=pagewalk\ check\ %:S
  " The format is × [unknown-word] message, and then ╭─[FILE:LINE:COLUMN].
  setlocal errorformat=%E%\\s%#×\ [%[a-z-]%#]\ %m,%Z%\\s%#╭─[%f:%l:%c],%-G%.%#
  let b:undo_ftplugin .= ' | setlocal makeprg< errorformat<'
endif

let &cpo = s:cpo
unlet s:cpo
