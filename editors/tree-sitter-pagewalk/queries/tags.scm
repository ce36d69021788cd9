(definition
  name: (verb) @name) @definition.function

(scenario
  name: (string) @name) @definition.module

(question
  title: (string) @name) @definition.module

(let
  name: (name) @name) @definition.constant

(choose
  name: (name) @name) @definition.constant

((command
  verb: (verb) @_verb
  .
  operand: (name) @name) @definition.class
  (#eq? @_verb "process"))

(command
  verb: (verb) @name
  (arguments)) @reference.call

(call
  function: (name) @name) @reference.call
