// A script in a frame, for platforms that remove scripts from their pages: `embed.html#…`. The page with the frame receives
// `{pagewalk: {height}}`, and `{pagewalk: {result}}` after each run.
// @ts-check
import { NO_SCRIPT, fromFragment } from './share.js';

/** @param {object} message */
// Heights and verdicts are no secret, and the frame does not know which page contains it.
const report = (message) => parent !== window && parent.postMessage({ pagewalk: message }, '*');

async function show() {
  const main = /** @type {HTMLElement} */ (document.querySelector('main'));
  const shared = await fromFragment(location.hash);
  if (!shared) {
    main.textContent = NO_SCRIPT;
    return;
  }
  const element = document.createElement('pagewalk-script');
  for (const name of ['readonly', 'predict', 'fails']) if (shared[name] === true) element.setAttribute(name, '');
  if (typeof shared.name === 'string') element.setAttribute('name', shared.name);
  element.textContent = shared.text;
  main.replaceChildren(element);
}

addEventListener('hashchange', show);
addEventListener('pagewalk-result', (event) => report({ result: /** @type {CustomEvent} */ (event).detail }));
new ResizeObserver(() => report({ height: document.documentElement.offsetHeight })).observe(document.documentElement);
show();
