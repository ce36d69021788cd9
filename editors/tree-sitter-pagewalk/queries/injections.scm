; Notes such as `TODO` in comments, where an editor has a grammar for them.
((comment) @injection.content
  (#set! injection.language "comment"))
