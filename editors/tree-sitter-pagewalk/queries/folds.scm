[
  (block)
  (settings)
  (prose)
  (facts)
  (list)
  (arguments)
] @fold
