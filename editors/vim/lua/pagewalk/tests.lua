-- Runs the cases of a script as `pagewalk test` does: signs and the quickfix list, and a comparison with the golden file.
local M = {}

local space = vim.api.nvim_create_namespace('pagewalk_tests')

--- The sign of each outcome, and its highlight group.
local SIGNS = {
  passed = { '✓', 'DiagnosticOk' },
  failed = { '✗', 'DiagnosticError' },
  wrong = { '✗', 'DiagnosticError' },
  ['not-run'] = { '-', 'DiagnosticInfo' },
}

--- @param buffer integer
--- @param answered fun(result: { cases: table[], golden: string? })
local function ask(buffer, answered)
  local params = { textDocument = vim.lsp.util.make_text_document_params(buffer) }
  require('pagewalk').ask(buffer, 'pagewalk/test', params, answered)
end

--- Returns the problems of the cases for the quickfix list. The first line of a message is enough, as the list shows lines.
--- @param cases table[]
function M.items(cases)
  local items = {}
  for _, case in ipairs(cases) do
    for _, problem in ipairs(case.problems) do
      local start = problem.range.start
      local message = vim.trim((problem.message:gsub('%s*\n%s*', ' ')))
      local item = { lnum = start.line + 1, col = start.character + 1, type = 'E', text = message }
      item.filename = vim.uri_to_fname(problem.uri)
      items[#items + 1] = item
    end
  end
  return items
end

--- Shows the outcome of each case as a sign until the text changes.
--- @param buffer integer
--- @param cases table[]
local function mark(buffer, cases)
  vim.api.nvim_buf_clear_namespace(buffer, space, 0, -1)
  for _, case in ipairs(cases) do
    local sign, group = unpack(SIGNS[case.outcome] or SIGNS.wrong)
    local options = { sign_text = sign, sign_hl_group = group, strict = false }
    vim.api.nvim_buf_set_extmark(buffer, space, case.range.start.line, 0, options)
  end
  vim.api.nvim_create_autocmd({ 'TextChanged', 'TextChangedI' }, {
    buffer = buffer,
    once = true,
    callback = function()
      vim.api.nvim_buf_clear_namespace(buffer, space, 0, -1)
    end,
  })
end

--- Runs all cases of a script.
--- @param buffer integer
function M.run(buffer)
  ask(buffer, function(result)
    mark(buffer, result.cases)
    local counts = {}
    for _, case in ipairs(result.cases) do
      counts[case.outcome] = (counts[case.outcome] or 0) + 1
    end
    local parts = {}
    for _, outcome in ipairs({ 'passed', 'failed', 'wrong', 'not-run' }) do
      if counts[outcome] then
        parts[#parts + 1] = ('%d %s'):format(counts[outcome], (outcome:gsub('-', ' ')))
      end
    end
    local items = M.items(result.cases)
    vim.fn.setqflist({}, ' ', { title = 'Pagewalk: ' .. table.concat(parts, ', '), items = items })
    if #items == 0 then
      vim.cmd.cclose()
    else
      vim.cmd('botright copen')
      vim.cmd.wincmd('p')
    end
    vim.notify('Pagewalk: ' .. table.concat(parts, ', '))
  end)
end

--- Returns the innermost case at a line. The case of the whole script is the first.
--- @param cases table[]
--- @param line integer counted from 0
function M.at(cases, line)
  local found = cases[1]
  for _, case in ipairs(cases) do
    local first, last = case.range.start.line, case.range['end'].line
    if first <= line and line <= last and first >= found.range.start.line then
      found = case
    end
  end
  return found
end

--- Compares the golden result of the case at the cursor with its actual result, side by side in a new tab page.
--- @param buffer integer
function M.golden(buffer)
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  ask(buffer, function(result)
    local case = M.at(result.cases, line)
    if not case or case.expected == vim.NIL or case.expected == nil then
      return vim.notify('Pagewalk: the script has no valid golden file', vim.log.levels.WARN)
    end
    vim.cmd.tabnew()
    for number, side in ipairs({ { 'golden', case.expected }, { 'actual', case.actual } }) do
      if number > 1 then
        vim.cmd('rightbelow vnew')
      end
      local shown = vim.api.nvim_get_current_buf()
      vim.api.nvim_buf_set_lines(shown, 0, -1, false, vim.split(vim.trim(side[2]), '\n'))
      pcall(vim.api.nvim_buf_set_name, shown, ('pagewalk://%s/%d/%s'):format(side[1], shown, case.name))
      vim.bo[shown].buftype = 'nofile'
      vim.bo[shown].bufhidden = 'wipe'
      vim.bo[shown].filetype = 'yaml'
      vim.bo[shown].modifiable = false
      vim.keymap.set('n', 'q', '<Cmd>tabclose<CR>', { buffer = shown, desc = 'Close' })
      vim.cmd.diffthis()
    end
  end)
end

return M
