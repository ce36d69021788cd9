; `let` and `choose` define names for the rest of their scope. Only definitions, scenarios, and questions are scopes.
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

; Matches only where no word of the language is valid. After `fault`, `page` is a fact word even if a variable has this name.
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
