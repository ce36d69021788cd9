-- Tests Pagewalk's blocks in Markdown. `neovim.lua` runs these checks with its functions.
--- @param it table
return function(it)
  return {
    {
      'blocks in Markdown have diagnostics, hints, and colors, and the text stays as it is',
      function()
        it.open('notes.md', {
          'Outside of blocks, raed 0 is text, and this line is so long that the command gq must break it into two lines.',
          '',
          '```pagewalk,continues',
          'let page = 0x03D4 >> 6',
          'raed 0',
          '```',
          '',
          '```pagewalk,fails',
          'raed 0',
          '```',
        }, 'markdown')
        local found = it.diagnostic('unknown-verb')
        it.same({ 4, 0, 4, 4 }, { found.lnum, found.col, found.end_lnum, found.end_col })
        it.same(1, #vim.diagnostic.get(0))
        local hint = it.until_('a hint', function()
          return vim.lsp.inlay_hint.get({ bufnr = 0 })[1]
        end)
        it.same({ 3, '= 0xF' }, { hint.inlay_hint.position.line, hint.inlay_hint.label })
        it.until_('the color of a verb', function()
          local tokens = vim.lsp.semantic_tokens.get_at_pos(0, 3, 0)
          return tokens and tokens[1] and tokens[1].type == 'keyword'
        end)
        it.same(0, #(vim.lsp.semantic_tokens.get_at_pos(0, 0, 0) or {}))
        it.same(vim.NIL, it.answer('textDocument/hover') or vim.NIL)
        it.same(0, vim.fn.exists(':Pagewalk'))
        vim.bo.textwidth = 60
        it.type_('gggqq')
        it.same(2, vim.fn.search('^two lines\\.$\\|lines\\.$', 'n'))
      end,
    },
    {
      'the syntax files color blocks in Markdown without a server',
      function()
        vim.g.markdown_fenced_languages = { 'pagewalk\\S*=pagewalk' }
        vim.cmd('new | setlocal buftype=nofile')
        vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'read', '', '```pagewalk,fails', 'read 0', '```', '', '```pagewalk', 'read 0', '```', 'read' })
        vim.cmd('set syntax=markdown')
        local function color(line)
          return vim.fn.synIDattr(vim.fn.synID(line, 1, 1), 'name')
        end
        it.same({ 'pagewalkVerbStart', 'pagewalkVerbStart' }, { color(4), color(8) })
        it.same({ false, false }, { vim.startswith(color(1), 'pagewalk'), vim.startswith(color(10), 'pagewalk') })
        vim.cmd('bwipeout!')
      end,
    },
  }
end
