-- Configures the language server for Neovim 0.11 or later: `vim.lsp.enable('pagewalk')`.
return {
  cmd = { 'pagewalk', 'lsp' },
  -- In Markdown, the server checks the code blocks.
  filetypes = { 'pagewalk', 'markdown' },
  root_markers = { '.git' },
  settings = { pagewalk = { inlayHints = true, run = true } },
  -- A window shows the output of the server commands that lenses and `:Pagewalk` run.
  commands = {
    ['pagewalk.runScenario'] = function(command, ctx)
      require('pagewalk').perform(ctx.client_id, command)
    end,
    ['pagewalk.showSteps'] = function(command, ctx)
      require('pagewalk').perform(ctx.client_id, command)
    end,
  },
  on_attach = function(client, buffer)
    require('pagewalk').attach(client, buffer)
  end,
}
