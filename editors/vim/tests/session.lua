-- The helpers of the tests in Neovim. `run` runs checks, each with a name and a function, and ends Neovim.
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
--- @param filetype? string
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

--- Runs the checks, or only those whose names contain $PAGEWALK_ONLY.
--- @param checks table[]
local function run(checks)
  local only = vim.env.PAGEWALK_ONLY
  local failed = 0
  for _, check in ipairs(checks) do
    local name, body = unpack(check)
    if not only or name:find(only, 1, true) then
      local fine, why = pcall(body)
      io.stdout:write(fine and 'ok      ' or 'FAILED  ', name, fine and '' or ':\n        ' .. tostring(why), '\n')
      failed = failed + (fine and 0 or 1)
      pcall(vim.cmd.stopinsert)
    end
  end
  if failed > 0 then
    vim.cmd.cquit({ bang = true })
  end
  vim.cmd('qall!')
end

return {
  root = root,
  wait = wait,
  until_ = until_,
  same = same,
  has = has,
  type_ = type_,
  text = text,
  on = on,
  open = open,
  lecture = lecture,
  diagnostic = diagnostic,
  no_diagnostics = no_diagnostics,
  answer = answer,
  window = window,
  of = of,
  run = run,
}
