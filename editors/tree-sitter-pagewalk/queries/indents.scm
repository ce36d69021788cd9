; For Neovim. Helix and Zed use other capture names and have their own files next to their settings.
[
  (block)
  (settings)
  (parenthesized)
  (list)
  (arguments)
  (parameters)
  (condition)
  (facts)
] @indent.begin

(block
  "}" @indent.branch @indent.end)

(settings
  "}" @indent.branch @indent.end)

(list
  "]" @indent.branch)

(arguments
  ")" @indent.branch)

[
  (comment)
  (prose)
] @indent.auto
