-- Types scripts key by key in Neovim with a plugin that completes automatically, and compares the buffers with the scripts.
-- `type-neovim` runs this file with $PAGEWALK_DELAY, the milliseconds between keys, and $PAGEWALK_SCRIPTS, one path per line.
local delay = tonumber(vim.env.PAGEWALK_DELAY)
local scripts = vim.split(vim.trim(vim.env.PAGEWALK_SCRIPTS), '\n')
local cmp = require('cmp')
vim.o.showmode = false

-- The keys of the plugin's own documentation. Enter accepts the first item, even if none is selected.
cmp.setup({
  snippet = {
    expand = function(args)
      vim.snippet.expand(args.body)
    end,
  },
  mapping = cmp.mapping.preset.insert({ ['<CR>'] = cmp.mapping.confirm({ select = true }) }),
  sources = { { name = 'nvim_lsp' } },
})

--- Returns the keys that type a script. The plugin for the file type inserts the indentation, which `0<C-D>` removes, and continues
--- a comment, which `<C-U>` removes.
--- @param lines string[]
local function keys_of(lines)
  local keys = { 'i' }
  for number, line in ipairs(lines) do
    if number > 1 then
      vim.list_extend(keys, vim.trim(lines[number - 1]):find('^#') and { '<CR>', '<C-U>' } or { '<CR>', '0', '<C-D>' })
    end
    for _, character in ipairs(vim.fn.split(line, '\\zs')) do
      keys[#keys + 1] = character == '<' and '<LT>' or character
    end
  end
  keys[#keys + 1] = '<Esc>'
  return keys
end

--- Opens a new file for a script and returns it.
--- @param script string
local function open(script)
  local folder = vim.fn.tempname()
  vim.fn.mkdir(folder)
  vim.cmd.edit(folder .. '/' .. vim.fs.basename(script))
  local client = vim.wait(10000, function()
    local client = vim.lsp.get_clients({ bufnr = 0, name = 'pagewalk' })[1]
    return client and client.initialized
  end, 20)
  assert(client, 'the server does not answer')
end

local lists = 0
cmp.event:on('menu_opened', function()
  lists = lists + 1
end)

--- @param number integer
local function type_script(number)
  local script = scripts[number]
  if not script then
    assert(lists > 0, 'no list of completions was open, so the test shows nothing')
    io.stdout:write(('typed as written; %d lists of completions were open\n'):format(lists))
    return vim.cmd('qall!')
  end
  local lines = vim.fn.readfile(script)
  open(script)
  local keys = keys_of(lines)
  local at = 0
  local timer = assert(vim.uv.new_timer())
  timer:start(delay, delay, function()
    at = at + 1
    if at <= #keys then
      return vim.schedule(function()
        vim.api.nvim_input(keys[at])
      end)
    end
    timer:stop()
    timer:close()
    vim.defer_fn(function()
      local typed = vim.api.nvim_buf_get_lines(0, 0, -1, false)
      if not vim.deep_equal(typed, lines) then
        io.stderr:write(script, ' differs from the typed script:\n', vim.diff(table.concat(lines, '\n') .. '\n', table.concat(typed, '\n') .. '\n'))
        return vim.cmd.cquit()
      end
      type_script(number + 1)
    end, 500)
  end)
end

vim.schedule(function()
  local fine, why = pcall(type_script, 1)
  if not fine then
    io.stderr:write(why, '\n')
    vim.cmd.cquit()
  end
end)
