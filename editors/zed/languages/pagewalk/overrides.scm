(comment) @comment.inclusive

[
  (string)
  (byte)
  (prose)
] @string
