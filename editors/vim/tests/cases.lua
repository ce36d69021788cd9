-- Tests `:Pagewalk test` and `:Pagewalk golden`. `check-neovim` runs this file.
local session = dofile(vim.env.PAGEWALK_HOME .. '/editors/vim/tests/session.lua')
local until_, same, has, open, on = session.until_, session.same, session.has, session.open, session.on

local SCRIPT = { 'machine simple', 'read 0x3D4', 'scenario "again" {', '  read 0x3D4', '}', 'scenario "apart" {', '  read 0x3D4', '}' }

--- Opens a script whose golden file differs in the scenario “again”.
--- @param name string
local function with_golden(name)
  open(name, SCRIPT)
  local script = vim.fn.expand('%:p')
  local done = vim.system({ 'pagewalk', 'test', '--bless', script }, { env = { CI = '' } }):wait()
  same(0, done.code)
  local golden = script:gsub('%.pw$', '.golden.yaml')
  local lines = vim.fn.readfile(golden)
  local scenario, changed
  for number, line in ipairs(lines) do
    scenario = scenario or line:find('scenario: again', 1, true)
    if scenario and not changed and line:find('vpn 0x0F', 1, true) then
      lines[number] = line:gsub('vpn 0x0F', 'vpn 0x0E')
      changed = true
    end
  end
  assert(changed, table.concat(lines, '\n'))
  vim.fn.writefile(lines, golden)
  return golden
end

--- Returns the lines and signs of the current buffer.
local function signs()
  local space = vim.api.nvim_get_namespaces().pagewalk_tests
  local marks = space and vim.api.nvim_buf_get_extmarks(0, space, 0, -1, { details = true }) or {}
  return vim.tbl_map(function(mark)
    return mark[2] .. vim.trim(mark[4].sign_text)
  end, marks)
end

session.run({
  {
    ':Pagewalk test lists the differences and shows a sign for each case',
    function()
      with_golden('cases.pw')
      vim.cmd.Pagewalk('test')
      local list = until_('the quickfix list', function()
        local list = vim.fn.getqflist({ items = true, title = true })
        return #list.items > 0 and list
      end)
      same('Pagewalk: 2 passed, 1 failed', list.title)
      same({ 1, 4, 3 }, { #list.items, list.items[1].lnum, list.items[1].col })
      has(list.items[1].text, '`read 0x3D4` differs from the golden file')
      same({ '0✓', '2✗', '5✓' }, signs())
      vim.api.nvim_buf_set_lines(0, 0, 0, false, { '# a comment' })
      vim.api.nvim_exec_autocmds('TextChanged', { buffer = 0 })
      same({}, signs())
      vim.cmd.cclose()
    end,
  },
  {
    ':Pagewalk golden compares the case at the cursor',
    function()
      with_golden('golden.pw')
      on('scenario "again"')
      vim.cmd.Pagewalk('golden')
      until_('two windows', function()
        return vim.fn.tabpagenr('$') == 2 and #vim.api.nvim_tabpage_list_wins(0) == 2
      end)
      local texts = vim.tbl_map(function(win)
        same(true, vim.wo[win].diff)
        return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(win), 0, -1, false), '\n')
      end, vim.api.nvim_tabpage_list_wins(0))
      has(texts[1], 'scenario: again')
      has(texts[1], 'vpn 0x0E')
      has(texts[2], 'vpn 0x0F')
      same((texts[1]:gsub('vpn 0x0E', 'vpn 0x0F')), texts[2])
      vim.cmd.tabclose()
    end,
  },
  {
    'a statement that differs is marked, and a code action blesses its case',
    function()
      local golden = with_golden('mark.pw')
      local old = vim.fn.readfile(golden)
      -- The server compares the files again when the script is saved.
      vim.cmd.write()
      local mark = until_('the mark', function()
        return vim.iter(vim.diagnostic.get(0)):find(function(one)
          return one.code == 'golden'
        end)
      end)
      same({ 3, 'differs from the golden file: vpn 0x0E → 0x0F' }, { mark.lnum, mark.message })
      same(vim.diagnostic.severity.INFO, mark.severity)
      on('  read 0x3D4', 'read')
      vim.lsp.buf.code_action({
        apply = true,
        filter = function(action)
          return action.title == 'Bless this case'
        end,
      })
      until_('the new golden file', function()
        local buffer = vim.fn.bufnr(golden)
        return buffer ~= -1 and table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n') == (table.concat(old, '\n'):gsub('vpn 0x0E', 'vpn 0x0F'))
      end)
      vim.cmd.wall()
      session.no_diagnostics()
    end,
  },
})
