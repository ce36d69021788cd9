// Documents that may contain scripts: scripts, and Markdown with Pagewalk's code blocks.

/** The languages of these documents. */
const LANGUAGES = ['pagewalk', 'markdown'];

/** The opening fence of a block, also in a list or a quotation. The server decides which blocks are scripts. */
const BLOCK = /(?:```|~~~)[ \t]*pagewalk\b/;

/**
 * Whether the server must run for a document. Markdown without a block does not start it.
 * @param {{ languageId: string, getText(): string }} document
 */
function needsServer(document) {
  return document.languageId === 'pagewalk' || (document.languageId === 'markdown' && BLOCK.test(document.getText()));
}

export { LANGUAGES, needsServer };
