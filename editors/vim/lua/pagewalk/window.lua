-- Shows texts beside a script in read-only buffers.
local M = {}

--- Shows a text in a separate window, and replaces an earlier text with the same name. The cursor does not move.
--- @param name string
--- @param text string
--- @return integer buffer
function M.show(name, text)
  local buffer = vim.fn.bufnr('^' .. vim.fn.escape(name, '*?[]{},\\') .. '$')
  if buffer == -1 then
    buffer = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(buffer, name)
    vim.bo[buffer].bufhidden = 'wipe'
    vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = buffer, desc = 'Close' })
  end
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(text, '\n'))
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].modified = false
  if vim.fn.bufwinid(buffer) == -1 then
    local win = vim.api.nvim_open_win(buffer, false, { split = 'right', win = 0 })
    vim.wo[win].wrap = false
    vim.wo[win].number = false
  end
  return buffer
end

return M
