-- Shows the state after the statement at the cursor in a window that follows the cursor, and steps back and forward.
local M = {}

local window = require('pagewalk.window')
local NAME = 'pagewalk://state'
--- Delay in milliseconds between the last cursor movement and the update of the window.
local PAUSE = 150
local space = vim.api.nvim_create_namespace('pagewalk_state')

--- The displayed state: the script's buffer and the step from the server.
local shown = {}
--- The index of the most recently requested step, which may not have arrived yet.
local wanted = 0
local asked = 0
local timer = assert(vim.uv.new_timer())

vim.api.nvim_set_hl(0, 'PagewalkStep', { link = 'Visual', default = true })

--- @param step table
local function text(step)
  local lines = { ('step %d of %d: %s'):format(step.index + 1, step.count, step.title), '' }
  vim.list_extend(lines, { (step.narration:gsub('\n*$', '')), '' })
  for _, panel in ipairs(step.panels) do
    vim.list_extend(lines, { panel.title, (panel.text:gsub('\n*$', '')), '' })
  end
  return table.concat(lines, '\n')
end

--- @param buffer integer the script's buffer
--- @param range? lsp.Range
local function mark(buffer, range)
  vim.api.nvim_buf_clear_namespace(buffer, space, 0, -1)
  if range and range ~= vim.NIL then
    local last = vim.api.nvim_buf_get_lines(buffer, range['end'].line, range['end'].line + 1, false)[1] or ''
    vim.api.nvim_buf_set_extmark(buffer, space, range.start.line, 0, {
      end_row = range['end'].line,
      end_col = #last,
      hl_group = 'PagewalkStep',
      strict = false,
    })
  end
end

local function closed()
  timer:stop()
  pcall(vim.api.nvim_del_augroup_by_name, 'pagewalk_state')
  if shown.buffer and vim.api.nvim_buf_is_valid(shown.buffer) then
    mark(shown.buffer)
  end
  shown = {}
end

--- Shows the step at an index or a position. Only the response to the last request is used.
--- @param buffer integer
--- @param which table
--- @param after? fun() runs when the step is shown
local function look(buffer, which, after)
  asked = asked + 1
  local own = asked
  local params = vim.tbl_extend('error', { textDocument = vim.lsp.util.make_text_document_params(buffer) }, which)
  require('pagewalk').ask(buffer, 'pagewalk/step', params, function(step)
    if own ~= asked or not vim.api.nvim_buf_is_valid(buffer) then
      return
    end
    local fresh = vim.fn.bufnr('^' .. NAME .. '$') == -1
    local panel = window.show(NAME, text(step))
    shown = { buffer = buffer, step = step }
    wanted = step.index
    mark(buffer, step.range)
    if fresh then
      M.keys(panel)
    end
    if after then
      after()
    end
  end)
end

--- @param win integer
local function position(win)
  local client = vim.lsp.get_clients({ bufnr = vim.api.nvim_win_get_buf(win), name = 'pagewalk' })[1]
  return { position = vim.lsp.util.make_position_params(win, client and client.offset_encoding or 'utf-16').position }
end

--- Opens the window for the statement at the cursor.
--- @param buffer integer
--- @param after? fun() runs when the step is shown
function M.open(buffer, after)
  local group = vim.api.nvim_create_augroup('pagewalk_state', {})
  vim.api.nvim_create_autocmd({ 'CursorMoved', 'CursorMovedI', 'TextChanged', 'TextChangedI' }, {
    group = group,
    callback = function(event)
      if vim.bo[event.buf].filetype ~= 'pagewalk' then
        return
      end
      timer:start(PAUSE, 0, vim.schedule_wrap(function()
        if vim.api.nvim_get_current_buf() == event.buf and shown.step then
          look(event.buf, position(0))
        end
      end))
    end,
  })
  look(buffer, position(0), after)
end

--- Sets the keys of the window and the cleanup when its buffer is deleted.
--- @param panel integer
function M.keys(panel)
  vim.keymap.set('n', '<Right>', M.forward, { buffer = panel, desc = 'Step forward' })
  vim.keymap.set('n', '<Left>', M.back, { buffer = panel, desc = 'Step back' })
  vim.api.nvim_create_autocmd('BufWipeout', { buffer = panel, callback = closed })
end

--- @param by integer
local function go(by)
  local function step(buffer)
    if not shown.step then
      return M.open(buffer or vim.api.nvim_get_current_buf(), step)
    end
    timer:stop()
    local index = wanted + by
    if index >= 0 and index < shown.step.count then
      wanted = index
      look(shown.buffer, { index = index })
    end
  end
  return step
end

M.forward = go(1)
M.back = go(-1)

return M
