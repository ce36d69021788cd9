; Highlights notes such as `TODO` in comments if the editor has a grammar for them.
((comment) @injection.content
  (#set! injection.language "comment"))
