(definition
  body: (block) @function.inside) @function.around

(scenario
  body: (block) @test.inside) @test.around

(question
  body: (block) @class.inside) @class.around

(part
  body: (block) @class.inside) @class.around

(fact) @entry.inside

(row) @entry.inside

(arguments
  (_) @parameter.inside)

(parameters
  (name) @parameter.inside)

(comment) @comment.inside

(comment)+ @comment.around
