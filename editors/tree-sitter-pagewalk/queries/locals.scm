; `let` and `choose` name things for the rest of their scope; only definitions, scenarios and questions are scopes.
[
  (source_file)
  (definition)
  (scenario)
  (question)
] @local.scope

(let
  name: (name) @local.definition.variable)

(choose
  name: (name) @local.definition.variable)

(for
  name: (name) @local.definition.variable)

(parameters
  (name) @local.definition.variable.parameter)

(definition
  name: (verb) @local.definition.function)

((command
  verb: (verb) @_verb
  .
  operand: (name) @local.definition.namespace)
  (#eq? @_verb "process"))

; Only where no word of the language may stand: `page` is one after `fault`, whatever `page` is.
(binary
  (name) @local.reference)

(unary
  (name) @local.reference)

(arguments
  (name) @local.reference)

(parenthesized
  (name) @local.reference)

(computed
  (name) @local.reference)

(hole
  (name) @local.reference)

(index
  (name) @local.reference)

(field
  of: (name) @local.reference)

(call
  function: (name) @local.reference)

(process) @local.reference
