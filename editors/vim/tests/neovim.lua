-- Tests the user interface for scripts in Neovim. `check-neovim` runs this file. The expected values are from the textbook: in the
-- simple memory system of Bryant and O'Hallaron, 0x03D4 has VPN 0x0F, VPO 0x14, TLBI 3, TLBT 0x03, PPN 0x0D, and the byte 0x36.
local root = vim.env.PAGEWALK_HOME
local wait = 10000
vim.o.showmode = false

--- @param what string
--- @param holds fun(): any
local function until_(what, holds)
  local found
  if not vim.wait(wait, function()
    found = holds()
    return found
  end, 20) then
    error('waited in vain for: ' .. what, 0)
  end
  return found
end

--- @param expected any
--- @param actual any
local function same(expected, actual)
  if not vim.deep_equal(expected, actual) then
    error(('expected %s, actual %s'):format(vim.inspect(expected), vim.inspect(actual)), 0)
  end
end

--- @param text string
--- @param part string
local function has(text, part)
  if not text:find(part, 1, true) then
    error(('%s is not in %s'):format(vim.inspect(part), vim.inspect(text)), 0)
  end
end

--- Types keys as a user does.
--- @param keys string
local function type_(keys)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, true, true), 'ntx', false)
end

--- Returns the text of the current buffer.
local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
end

--- Moves the cursor to a part of a line. Returns the line and column, counted from 0.
--- @param line string
--- @param part? string
local function on(line, part)
  for row, found in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local from = found:find(line, 1, true)
    if from then
      local column = (part and found:find(part, from, true) or from) - 1
      vim.api.nvim_win_set_cursor(0, { row, column })
      return row - 1, column
    end
  end
  error('no line has ' .. line, 0)
end

--- Opens a new script and waits for the server.
--- @param name string
--- @param lines string[]
local function open(name, lines, filetype)
  local folder = vim.fn.tempname()
  vim.fn.mkdir(folder)
  local file = folder .. '/' .. name
  vim.fn.writefile(lines, file)
  vim.cmd.edit(file)
  same(filetype or 'pagewalk', vim.bo.filetype)
  return until_('the server', function()
    local client = vim.lsp.get_clients({ bufnr = 0, name = 'pagewalk' })[1]
    return client and client.initialized and client
  end)
end

--- Returns the lines of the lecture's example after replacements.
--- @param replaced? table<string, string>
local function lecture(replaced)
  local whole = table.concat(vim.fn.readfile(root .. '/examples/simple-memory-system.pw'), '\n')
  for from, to in pairs(replaced or {}) do
    local start, last = whole:find(from, 1, true)
    assert(start, from .. ' is not in the example')
    whole = whole:sub(1, start - 1) .. to .. whole:sub(last + 1)
  end
  return vim.split(whole, '\n')
end

--- Waits for the diagnostic with a code.
--- @param code string
local function diagnostic(code)
  return until_('a diagnostic ' .. code, function()
    return vim.tbl_filter(function(one)
      return one.code == code
    end, vim.diagnostic.get(0))[1]
  end)
end

local function no_diagnostics()
  until_('no diagnostics', function()
    return #vim.diagnostic.get(0) == 0
  end)
end

--- Returns the server's response for the cursor position.
--- @param method string
--- @param more? table
local function answer(method, more)
  local client = vim.lsp.get_clients({ bufnr = 0, name = 'pagewalk' })[1]
  local params = vim.tbl_extend('force', vim.lsp.util.make_position_params(0, client.offset_encoding), more or {})
  local answered, why = client:request_sync(method, params, wait, 0)
  assert(answered, why)
  assert(not answered.err, vim.inspect(answered.err))
  return answered.result
end

--- Waits for a window whose buffer has a name.
--- @param name string
local function window(name)
  return until_('a window ' .. name, function()
    local buffer = vim.fn.bufnr('^' .. name .. '$')
    return buffer ~= -1 and vim.fn.bufwinid(buffer) ~= -1 and buffer
  end)
end

--- @param buffer integer
local function of(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n')
end

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
          return action.kind == 'quickfix' and action.title:lower():find('accept', 1, true) ~= nil and action.title:find('0x0D', 1, true) ~= nil
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

local only = vim.env.PAGEWALK_ONLY
local failed = 0
for _, check in ipairs(checks) do
  local name, run = unpack(check)
  if not only or name:find(only, 1, true) then
    local fine, why = pcall(run)
    io.stdout:write(fine and 'ok      ' or 'FAILED  ', name, fine and '' or ':\n        ' .. tostring(why), '\n')
    failed = failed + (fine and 0 or 1)
    pcall(vim.cmd.stopinsert)
  end
end
if failed > 0 then
  vim.cmd.cquit({ bang = true })
end
vim.cmd('qall!')
