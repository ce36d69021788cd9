// Creates the HTML pages beside a script. Does not depend on VS Code.

/**
 * The state after a statement, as the server reports it.
 * @typedef {{start: {line: number, character: number}, end: {line: number, character: number}}} Range
 * @typedef {{title: string, text: string}} Table
 * @typedef {{index: number, count: number, range?: Range, title: string, narration: string, panels: Table[]}} Step
 */

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/**
 * Returns the page of the state panel. The content policy allows only the script with the `nonce` and the styles of `source`.
 * @param {{nonce: string, script: string, style: string, source: string}} parts
 */
function statePage({ nonce, script, style, source }) {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${source}; script-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${escaped(style)}">
<title>Pagewalk: State</title>
</head>
<body>
<main aria-live="polite"><p class="told">Put the cursor on a statement.</p></main>
<script nonce="${nonce}" src="${escaped(script)}"></script>
</body>
</html>`;
}

/**
 * Returns the contents of the state panel for a step.
 * @param {Step} step
 */
function state(step) {
  const { index, count, title, narration, panels } = step;
  const button = (/** @type {string} */ go, /** @type {string} */ sign, /** @type {string} */ name, /** @type {boolean} */ ends) =>
    `<button data-go="${go}" title="${name}" aria-label="${name}"${ends ? ' disabled' : ''}>${sign}</button>`;
  const tables = panels.map(
    ({ title, text }) => `<details open data-title="${escaped(title)}"><summary>${escaped(title)}</summary><pre>${escaped(text)}</pre></details>`,
  );
  return `<nav>${button('back', '←', 'Step Back', index === 0)}
<span class="where">step ${index + 1} of ${count}</span>
${button('forward', '→', 'Step Forward', index + 1 >= count)}</nav>
<h1>${escaped(title)}</h1>
${narration === '' ? '' : `<pre class="told">${escaped(narration)}</pre>`}
${tables.join('\n')}`;
}

/**
 * Returns a paper as a safe preview: it loads and runs nothing, and looks like the printed paper in every theme.
 * @param {string} html
 */
function examPage(html) {
  const head = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:">
<style>:root { color-scheme: light }
body { color: #000; background: #fff; font: inherit }
a, blockquote, code, kbd, pre { color: inherit; background: none }</style>`;
  const at = /<head[^>]*>/i.exec(html);
  return at ? html.slice(0, at.index + at[0].length) + head + html.slice(at.index + at[0].length) : head + html;
}

export { escaped, statePage, state, examPage };
