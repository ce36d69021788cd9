autocmd BufRead,BufNewFile *.pw setfiletype pagewalk
