; `let` and `choose` name things for the rest of their scope; only definitions, scenarios and questions are scopes.
[
  (source_file)
  (definition)
  (scenario)
  (question)
] @local.scope

(let
  name: (name) @local.definition.var)

(choose
  name: (name) @local.definition.var)

(for
  name: (name) @local.definition.var)

(parameters
  (name) @local.definition.parameter)

(definition
  name: (verb) @local.definition.function)

((command
  verb: (verb) @_verb
  .
  operand: (name) @local.definition.namespace)
  (#eq? @_verb "process"))

(name) @local.reference

(process) @local.reference
