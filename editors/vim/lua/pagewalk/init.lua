-- Features for a script's buffer beyond the defaults of the LSP client: inlay hints, lenses, and the command `:Pagewalk`.
local M = {}

local window = require('pagewalk.window')

--- @param message string
local function say(message)
  vim.notify('Pagewalk: ' .. message, vim.log.levels.WARN)
end

--- Returns the server of a buffer.
--- @param buffer integer
local function server(buffer)
  return vim.lsp.get_clients({ bufnr = buffer, name = 'pagewalk' })[1]
end

--- Sends a request to the server of a buffer, and shows the message if it fails.
--- @param buffer integer
--- @param method string
--- @param params table
--- @param answered fun(result: any)
function M.ask(buffer, method, params, answered)
  local client = server(buffer)
  if not client then
    return say('there is no server for this buffer')
  end
  client:request(method, params, function(err, result)
    if err then
      return say(err.message)
    end
    if result ~= nil and result ~= vim.NIL then
      answered(result)
    end
  end, buffer)
end

--- The name of the output of each server command.
local tells = { ['pagewalk.runScenario'] = 'run', ['pagewalk.showSteps'] = 'steps' }

--- Runs a server command and shows its text.
--- @param client_id integer
--- @param command lsp.Command
function M.perform(client_id, command)
  local client = assert(vim.lsp.get_client_by_id(client_id))
  local asked = { command = command.command, arguments = command.arguments }
  client:request('workspace/executeCommand', asked, function(err, result)
    if err then
      return say(err.message)
    end
    if type(result) == 'table' and result.text then
      window.show(('pagewalk://%s/%s'):format(tells[command.command], result.title), result.text)
    end
  end)
end

--- Returns the scenario at the cursor: the last one whose lens is on the first line of a block around the cursor.
--- @param client vim.lsp.Client
--- @param buffer integer
local function scenario(client, buffer)
  local document = { textDocument = vim.lsp.util.make_text_document_params(buffer) }
  local function answer(method)
    local answered = client:supports_method(method) and client:request_sync(method, document, 2000, buffer)
    return answered and answered.result or {}
  end
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  local holds = {}
  local function blocks(symbols)
    for _, symbol in ipairs(symbols) do
      local range = symbol.range
      holds[range.start.line] = holds[range.start.line] or (range.start.line <= line and line <= range['end'].line)
      blocks(symbol.children or {})
    end
  end
  blocks(answer('textDocument/documentSymbol'))
  local found
  for _, lens in ipairs(answer('textDocument/codeLens')) do
    local start = lens.range.start.line
    local named = lens.command and lens.command.arguments and lens.command.arguments[2]
    if type(named) == 'string' and holds[start] and (not found or start >= found.start) then
      found = { start = start, named = named }
    end
  end
  return found and found.named
end

--- @param command string
--- @param here boolean whether to run only the scenario at the cursor
local function tell(command, here)
  return function(client, buffer)
    local named = here and scenario(client, buffer) or vim.NIL
    M.perform(client.id, { title = '', command = command, arguments = { vim.uri_from_bufnr(buffer), named } })
  end
end

--- @param kind string the kind of code action to apply to the whole script
local function mend(kind)
  return function(client, buffer)
    local range = vim.lsp.util.make_given_range_params({ 1, 0 }, { vim.api.nvim_buf_line_count(buffer), 0 }, buffer, 'utf-16')
    local params = { textDocument = range.textDocument, range = range.range, context = { diagnostics = {}, only = { kind } } }
    M.ask(buffer, 'textDocument/codeAction', params, function(actions)
      for _, action in ipairs(actions) do
        if action.edit then
          return vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
        end
      end
      local predicts = vim.tbl_get(client, 'settings', 'pagewalk', 'predict')
      say(predicts and 'the setting predict hides the values of the run' or 'there is nothing to write')
    end)
  end
end

--- @param key boolean
local function exam(key)
  return function(_, buffer)
    local params = { textDocument = vim.lsp.util.make_text_document_params(buffer), format = 'html', key = key }
    M.ask(buffer, 'pagewalk/exam', params, function(paper)
      local file = vim.fn.tempname() .. '.html'
      vim.fn.writefile(vim.split(paper.text, '\n'), file)
      vim.ui.open(file)
    end)
  end
end

--- @param how 'open'|'forward'|'back'
local function state(how)
  return function(_, buffer)
    require('pagewalk.state')[how](buffer)
  end
end

--- @param what 'run'|'golden'
local function tests(what)
  return function(_, buffer)
    require('pagewalk.tests')[what](buffer)
  end
end

--- Practices the question at the cursor in a terminal, at Pagewalk's prompt.
--- @param client vim.lsp.Client
--- @param buffer integer
local function practice(client, buffer)
  local title
  for _, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, vim.api.nvim_win_get_cursor(0)[1], false)) do
    title = line:match('^%s*question%s+"([^"]+)"') or title
  end
  local path = vim.api.nvim_buf_get_name(buffer)
  if not title then
    return say('put the cursor in a question, and run the command again')
  elseif path == '' then
    return say('save the script first')
  end
  -- The prompt reads the script from the disk.
  vim.cmd('silent update')
  local program = type(client.config.cmd) == 'table' and client.config.cmd[1] or 'pagewalk'
  vim.cmd('botright new')
  vim.fn.jobstart({ program, 'repl', path, '--practice', title }, { term = true })
  vim.cmd('startinsert')
end

--- The subcommands of `:Pagewalk`.
local does = {
  run = tell('pagewalk.runScenario', false),
  scenario = tell('pagewalk.runScenario', true),
  steps = tell('pagewalk.showSteps', true),
  state = state('open'),
  forward = state('forward'),
  back = state('back'),
  accept = mend('source.accept.pagewalk'),
  fill = mend('source.fill.pagewalk'),
  paper = exam(false),
  key = exam(true),
  practice = practice,
  test = tests('run'),
  golden = tests('golden'),
}

local function known(typed)
  local names = vim.tbl_keys(does)
  table.sort(names)
  return vim.tbl_filter(function(name)
    return vim.startswith(name, typed)
  end, names)
end

--- Keeps the lenses of a buffer up to date.
--- @param buffer integer
local function lenses(buffer)
  if vim.lsp.codelens.enable then
    return vim.lsp.codelens.enable(true, { bufnr = buffer })
  end
  local group = vim.api.nvim_create_augroup('pagewalk_lenses_' .. buffer, {})
  vim.api.nvim_create_autocmd({ 'BufEnter', 'InsertLeave', 'TextChanged' }, {
    group = group,
    buffer = buffer,
    callback = function()
      vim.lsp.codelens.refresh({ bufnr = buffer })
    end,
  })
  vim.lsp.codelens.refresh({ bufnr = buffer })
end

--- Reports each golden file that the editor writes to the server, because Neovim may not watch the files on disk.
--- @param client vim.lsp.Client
local function report_goldens(client)
  vim.api.nvim_create_autocmd('BufWritePost', {
    group = vim.api.nvim_create_augroup('pagewalk_goldens_' .. client.id, {}),
    pattern = '*.golden.yaml',
    callback = function(event)
      client:notify('workspace/didChangeWatchedFiles', { changes = { { uri = vim.uri_from_fname(event.match), type = 2 } } })
    end,
  })
end

--- Sets up a buffer after the server attaches to it.
--- @param client vim.lsp.Client
--- @param buffer integer
function M.attach(client, buffer)
  if client:supports_method('textDocument/inlayHint') then
    vim.lsp.inlay_hint.enable(true, { bufnr = buffer })
  end
  -- The lenses and the command are for scripts.
  if vim.bo[buffer].filetype ~= 'pagewalk' then
    return
  end
  if client:supports_method('textDocument/codeLens') then
    lenses(buffer)
  end
  report_goldens(client)
  vim.api.nvim_buf_create_user_command(buffer, 'Pagewalk', function(typed)
    local attached = server(buffer)
    if not does[typed.args] then
      say(('`%s` is none of: %s'):format(typed.args, table.concat(known(''), ' ')))
    elseif not attached then
      say('there is no server for this buffer')
    else
      does[typed.args](attached, buffer)
    end
  end, { nargs = 1, complete = known, desc = 'Run the script and its tests, show its state, accept values, preview its exam' })
end

return M
