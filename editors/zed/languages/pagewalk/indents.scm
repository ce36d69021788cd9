(block
  "}" @end) @indent

(settings
  "}" @end) @indent

(list
  "]" @end) @indent

(parenthesized
  ")" @end) @indent

(arguments
  ")" @end) @indent

(facts) @indent

(condition) @indent
