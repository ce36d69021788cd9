-- Shows texts beside a script in read-only buffers.
local M = {}

--- Shows a text in a window beside the script, or below it if the text is wide, and replaces an earlier text with the same name. The cursor does not move.
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
    -- Half of a narrow window would cut the tables.
    local widest = 0
    for _, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
      widest = math.max(widest, vim.fn.strdisplaywidth(line))
    end
    local beside = 2 * widest < vim.api.nvim_win_get_width(0)
    local win = vim.api.nvim_open_win(buffer, false, { split = beside and 'right' or 'below', win = 0 })
    vim.wo[win].wrap = false
    vim.wo[win].number = false
  end
  return buffer
end

return M
