-- Tests the adapter for neotest with neotest itself. `check-test-adapter` runs this file.
local session = dofile(vim.env.PAGEWALK_HOME .. '/editors/vim/tests/session.lua')
local until_, same, has = session.until_, session.same, session.has

local neotest = require('neotest')
neotest.setup({ adapters = { require('neotest-pagewalk') }, log_level = vim.log.levels.ERROR })

session.run({
  {
    'neotest finds the cases of a script and shows their results',
    function()
      local folder = vim.fn.tempname()
      vim.fn.mkdir(folder .. '/.git', 'p')
      vim.cmd.cd(folder)
      local script = folder .. '/cases.pw'
      vim.fn.writefile({ 'machine simple', 'read 0x3D4', 'scenario "right" {', '  read 0x3D4 => vpn 0x0F', '}', 'scenario "wrong" {', '  read 0x3D4 => vpn 0x0E', '}' }, script)
      vim.cmd.edit(script)
      neotest.run.run(script)
      local adapter = until_('the adapter', function()
        return neotest.state.adapter_ids()[1]
      end)
      local counts = until_('the results', function()
        local counts = neotest.state.status_counts(adapter, { buffer = vim.api.nvim_get_current_buf() })
        return counts and counts.passed + counts.failed == 3 and counts
      end)
      same({ 3, 2, 1, 0 }, { counts.total, counts.passed, counts.failed, counts.skipped })
      local mark = until_('the diagnostic', function()
        return vim.iter(vim.diagnostic.get(0)):find(function(one)
          return one.source == 'neotest' or one.message:find('vpn: expected', 1, true)
        end)
      end)
      same(6, mark.lnum)
      has(mark.message, 'expected 0x0E, actual 0x0F')
    end,
  },
})
