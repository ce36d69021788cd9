-- The language server, for the LSP client of Neovim 0.11 and later: `vim.lsp.enable('pagewalk')`.
return {
  cmd = { 'pagewalk', 'lsp' },
  filetypes = { 'pagewalk' },
  root_markers = { '.git' },
  settings = { pagewalk = { inlayHints = true, run = true } },
  -- What lenses and `:Pagewalk` have the server tell is shown in a window.
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
