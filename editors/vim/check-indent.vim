" Checks that indenting a script again changes nothing, and counts the lines whose indentation is restored after its removal.
"   vim -es -S check-indent.vim FILE…, with $OUT
set nocompatible encoding=utf-8 nomore
let &runtimepath = expand('<sfile>:p:h') . ',' . &runtimepath
filetype plugin indent on
syntax on

let [s:wrong, s:lost] = [[], []]
let [s:all, s:found] = [0, 0]
for s:file in argv()
  execute 'edit' fnameescape(s:file)
  let s:before = getline(1, '$')
  normal! gg=G
  for s:at in range(len(s:before))
    if getline(s:at + 1) !=# s:before[s:at]
      call add(s:wrong, '  ' . s:file . ':' . (s:at + 1) . ' ' . getline(s:at + 1))
    endif
  endfor
  silent edit!
  silent %s/^ \+//e
  normal! gg=G
  for s:at in range(len(s:before))
    let s:all += 1
    if getline(s:at + 1) ==# s:before[s:at]
      let s:found += 1
    else
      call add(s:lost, '  ' . s:file . ':' . (s:at + 1) . ' ' . getline(s:at + 1))
    endif
  endfor
  silent edit!
endfor
call writefile([len(s:wrong) . ' ' . s:found . ' ' . s:all] + s:wrong + s:lost, $OUT)
qall!
