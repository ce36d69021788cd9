// The pages that are shown beside a script, as HTML. Knows nothing of VS Code.

/**
 * What the server tells of the state after a statement.
 * @typedef {{start: {line: number, character: number}, end: {line: number, character: number}}} Range
 * @typedef {{title: string, text: string}} Table
 * @typedef {{index: number, count: number, range?: Range, title: string, narration: string, panels: Table[]}} Step
 */

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/**
 * The page of the state panel; `nonce` lets its own script and style run, and nothing else.
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
 * What the state panel holds for a step.
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
 * A paper as a preview may show it: it loads nothing, runs nothing, and looks as printed under any theme.
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
