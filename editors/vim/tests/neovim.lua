-- Tests the user interface for scripts in Neovim. `check-neovim` runs this file. The expected values are from the textbook: in the
-- simple memory system of Bryant and O'Hallaron, 0x03D4 has VPN 0x0F, VPO 0x14, TLBI 3, TLBT 0x03, PPN 0x0D, and the byte 0x36.
local session = dofile(vim.env.PAGEWALK_HOME .. '/editors/vim/tests/session.lua')
local root = session.root
local wait = session.wait
local until_ = session.until_
local same = session.same
local has = session.has
local type_ = session.type_
local text = session.text
local on = session.on
local open = session.open
local lecture = session.lecture
local diagnostic = session.diagnostic
local no_diagnostics = session.no_diagnostics
local answer = session.answer
local window = session.window
local of = session.of

local checks = vim.list_extend(dofile(root .. '/editors/vim/tests/markdown.lua')({ open = open, diagnostic = diagnostic, until_ = until_, same = same, answer = answer, type_ = type_ }), {
  {
    'a mistake is underlined while it is typed, and no longer when it is mended',
    function()
      open('typing.pw', { 'machine simple', '' })
      type_('Goraed 0x03D4<Esc>')
      local found = diagnostic('unknown-verb')
      same({ 2, 0, 2, 4 }, { found.lnum, found.col, found.end_lnum, found.end_col })
      same(vim.diagnostic.severity.ERROR, found.severity)
      has(found.message, 'read')
      type_('0cwread<Esc>')
      no_diagnostics()
      same(false, vim.fn.filereadable(vim.fn.expand('%') .. '~') == 1)
    end,
  },
  {
    'a fact that does not hold is underlined after the run',
    function()
      open('expectation.pw', lecture({ ['fault none, ppn 0x0D'] = 'fault none, ppn 0x0E' }))
      local found = diagnostic('expectation')
      local line, column = on('read 0x03D4', 'ppn')
      same({ line, column }, { found.lnum, found.col })
      has(found.message, '0x0D')
      same(1, #vim.diagnostic.get(0))
    end,
  },
  {
    'a code action puts the actual value in, and the mark goes',
    function()
      on('read 0x03D4', 'ppn 0x0E')
      vim.lsp.buf.code_action({
        apply = true,
        filter = function(action)
          return action.kind == 'refactor.rewrite' and action.title:lower():find('accept', 1, true) ~= nil and action.title:find('0x0D', 1, true) ~= nil
        end,
      })
      until_('the fact to be mended', function()
        return text() == table.concat(lecture(), '\n')
      end)
      no_diagnostics()
    end,
  },
  {
    'hover decodes an address into its fields',
    function()
      open('hover.pw', lecture())
      on('read 0x03D4', '0x03D4')
      local told = answer('textDocument/hover').contents
      told = type(told) == 'table' and told.value or told
      for _, field in ipairs({ 'VPN', '0x0F', 'VPO', '0x14', 'TLBI', '0x3', 'TLBT', '0x03' }) do
        has(told, field)
      end
      vim.lsp.buf.hover()
      until_('the window of the hover', function()
        return vim.iter(vim.api.nvim_list_wins()):any(function(win)
          return vim.api.nvim_win_get_config(win).relative ~= '' and of(vim.api.nvim_win_get_buf(win)):find('VPN', 1, true)
        end)
      end)
      vim.cmd.fclose()
    end,
  },
  {
    'completion knows what can stand where the cursor is',
    function()
      local function labels(typed)
        open('completion.pw', { 'machine simple', 'let here = 0x03D4', typed })
        vim.api.nvim_win_set_cursor(0, { 3, #typed })
        vim.cmd.startinsert({ bang = true })
        local answered = answer('textDocument/completion', { position = { line = 2, character = #typed } })
        local items = answered.items or answered
        return vim.tbl_map(function(item)
          return item.label
        end, items)
      end
      local function among(names, all)
        for _, name in ipairs(names) do
          if not vim.list_contains(all, name) then
            error(('%s is not among %s'):format(name, table.concat(all, ' ')), 0)
          end
        end
      end
      among({ 'read', 'reference' }, labels('re'))
      among({ 'tlb', 'tlbi', 'tlbt' }, labels('read 0x03D4 => tl'))
      among({ 'here' }, labels('read he'))
      local none = labels('read 0x03D4 => tl')
      assert(not vim.list_contains(none, 'read'), 'a verb is no fact')
    end,
  },
  {
    'inlay hints tell the facts that are not stated',
    function()
      open('hints.pw', lecture({ ['cache hit, byte 0x36'] = 'cache hit', ['fault none, ppn 0x0D'] = 'fault none' }))
      local line = on('read 0x03D4')
      local told = until_('hints', function()
        local hints = vim.tbl_filter(function(hint)
          return hint.inlay_hint.position.line == line or hint.inlay_hint.position.line == line + 1
        end, vim.lsp.inlay_hint.get({ bufnr = 0 }))
        return #hints > 0 and vim.inspect(hints)
      end)
      has(told, 'ppn 0x0D')
      has(told, 'byte 0x36')
      assert(not told:find('vpn 0x0F', 1, true), 'a fact that is stated is told again: ' .. told)
      assert(vim.lsp.inlay_hint.is_enabled({ bufnr = 0 }))
    end,
  },
  {
    'semantic tokens tell words by what they mean',
    function()
      open('tokens.pw', { '# a comment', 'machine simple', 'let here = 0x03D4', 'read here => vpn 0x0F', 'process P1' })
      local function class(line, part)
        local row, column = on(line, part)
        return until_('a token at ' .. part, function()
          local found = vim.lsp.semantic_tokens.get_at_pos(0, row, column)
          return found and found[1] and found[1].type
        end)
      end
      same('comment', class('# a comment', '#'))
      same('number', class('let here', '0x03D4'))
      same('function', class('read here', 'read'))
      same('variable', class('read here', 'here'))
      same('property', class('read here', 'vpn'))
      same('number', class('read here', '0x0F'))
      same('namespace', class('process P1', 'P1'))
    end,
  },
  {
    'a variable is renamed where it is set and where it is used, and found from there',
    function()
      open('rename.pw', { 'machine simple', 'let va = 0x03D4', 'read va => vpn 0x0F', 'expect va == 980' })
      on('read va', 'va =>')
      local found = answer('textDocument/definition')
      found = vim.islist(found) and found[1] or found
      same({ line = 1, character = 4 }, (found.range or found.targetSelectionRange).start)
      vim.lsp.buf.rename('address')
      until_('the new name', function()
        return text() == 'machine simple\nlet address = 0x03D4\nread address => vpn 0x0F\nexpect address == 980'
      end)
      no_diagnostics()
    end,
  },
  {
    'formatting lays a script out, and only once',
    function()
      open('formatting.pw', { 'machine   simple', 'read 0x03D4=>vpn 0x0F,tlb miss' })
      vim.lsp.buf.format({ timeout_ms = wait })
      same('machine simple\nread 0x03D4 => vpn 0x0F, tlb miss', text())
      local tick = vim.b.changedtick
      vim.lsp.buf.format({ timeout_ms = wait })
      same(tick, vim.b.changedtick)
    end,
  },
  {
    'the state of a statement is shown, and the statements beside it',
    function()
      open('state.pw', lecture())
      on('read 0x03D4')
      vim.cmd.Pagewalk('state')
      local panel = window('pagewalk://state')
      local function step(of_what)
        return until_('the state after ' .. of_what, function()
          local number, title = of(panel):match('^step (%d+) of %d+: ([^\n]+)')
          return title and vim.startswith(title, of_what) and tonumber(number)
        end)
      end
      local first = step('read 0x03D4')
      has(of(panel), 'TLB hit? yes')
      -- The next scenario is a separate statement.
      vim.cmd.Pagewalk('forward')
      same(first + 1, step('scenario "a TLB miss, a page-table hit'))
      vim.cmd.Pagewalk('forward')
      same(first + 2, step('read 0x028F'))
      has(of(panel), 'TLB hit? no')
      vim.cmd.Pagewalk('back')
      vim.cmd.Pagewalk('back')
      until_('two steps back', function()
        return of(panel):find('step ' .. first .. ' of', 1, true)
      end)
      on('read 0x028F')
      vim.api.nvim_exec_autocmds('CursorMoved', { buffer = 0 })
      same(first + 2, step('read 0x028F'))
      same(false, vim.bo[panel].modifiable)
      vim.api.nvim_win_close(vim.fn.bufwinid(panel), true)
    end,
  },
  {
    'a lens runs its scenario, and so does :Pagewalk scenario',
    function()
      open('lenses.pw', lecture())
      local line = on('scenario "a TLB hit')
      until_('the lenses', function()
        return vim.iter(vim.lsp.codelens.get(0)):any(function(lens)
          return lens.range.start.line == line and lens.command and lens.command.command == 'pagewalk.runScenario'
        end)
      end)
      on('read 0x03D4')
      vim.cmd.Pagewalk('scenario')
      local told = of(window('pagewalk://run/a TLB hit and a cache hit'))
      has(told, 'PPN 0x0D')
      assert(not told:find('0x028F', 1, true), 'another scenario was told')
      vim.cmd.only()
    end,
  },
  {
    ':Pagewalk accept and :Pagewalk fill write what came of the run',
    function()
      open('accept.pw', lecture({ ['vpn 0x0F'] = 'vpn 0x0E', ['byte 0x36'] = 'byte 0x37' }))
      diagnostic('expectation')
      vim.cmd.Pagewalk('accept')
      until_('both values', function()
        return text() == table.concat(lecture(), '\n')
      end)
      open('fill.pw', lecture({ ['ppn 0x0D'] = 'ppn ?' }))
      diagnostic('open')
      vim.cmd.Pagewalk('fill')
      until_('the value', function()
        return text() == table.concat(lecture(), '\n')
      end)
    end,
  },
  {
    ':Pagewalk paper opens the paper of an exam',
    function()
      open('exam.pw', vim.fn.readfile(root .. '/examples/exams/address-translation.pw'))
      local opened
      vim.ui.open = function(file)
        opened = file
      end
      vim.cmd.Pagewalk('paper')
      local file = until_('the paper', function()
        return opened
      end)
      has(table.concat(vim.fn.readfile(file), '\n'), '<!DOCTYPE html>')
    end,
  },
  {
    ':Pagewalk practice asks for the blanks of the question at the cursor',
    function()
      open('practice.pw', { 'question "One" { ask "1 + 1" = 2 }', 'question "Two" {', '  ask "2 + 2" = 4', '}' })
      vim.api.nvim_win_set_cursor(0, { 3, 0 })
      vim.cmd.Pagewalk('practice')
      local terminal = vim.api.nvim_get_current_buf()
      local function shown(text)
        return until_(text, function()
          return table.concat(vim.api.nvim_buf_get_lines(terminal, 0, -1, false), '\n'):find(text, 1, true)
        end)
      end
      shown('2 + 2')
      vim.api.nvim_chan_send(vim.bo[terminal].channel, '4\r')
      shown('1 of 1')
      vim.cmd.bwipeout({ bang = true })
    end,
  },
})

session.run(checks)
