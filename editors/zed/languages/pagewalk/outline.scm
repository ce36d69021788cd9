(scenario
  "scenario" @context
  name: (string) @name) @item

(question
  "question" @context
  title: (string) @name) @item

(part
  "part" @context
  title: (string) @name) @item

(definition
  "def" @context
  name: (verb) @name) @item

((command
  verb: (verb) @context
  .
  operand: (_) @name) @item
  (#any-of? @context "machine" "process" "file" "executable"))
