[
  (block)
  (settings)
  (parenthesized)
  (list)
  (arguments)
  (parameters)
  (condition)
  (facts)
] @indent

[
  "}"
  ")"
  "]"
] @outdent
