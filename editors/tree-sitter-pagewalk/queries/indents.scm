; For Neovim. Those for Helix and Zed, which name the captures otherwise, are beside their settings.
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
