// Makes the HTML of an exercise from a script, for a page and for a platform that removes scripts.
// @ts-check
import { NO_SCRIPT, fromFragment, toFragment } from './share.js';

const FLAGS = ['predict', 'readonly', 'fails'];
/** @param {string} id @returns {any} */
const find = (id) => document.getElementById(id);
const escaped = (/** @type {string} */ text) => text.replace(/[&<]/g, (sign) => (sign === '&' ? '&amp;' : '&lt;'));

const EXAMPLE = `machine simple   # CS:APP's small memory system, with an empty TLB
set page_table { | vpn ppn |
                 | 0F  0D  | }

read 0x03D4 => tlb ?, ppn ?
read 0x03D5 => tlb ?   # the next byte
`;

/** The frame starts with the height of its lines, and grows on pages that listen to its messages. */
const height = (/** @type {string} */ text) => Math.round(text.trimEnd().split('\n').length * 21.7 + 320);

/** Students reach the explorer of a published site, and no files on the computer of the author. */
const explorer = /^(localhost|127\.0\.0\.1|\[::1\]|)$/.test(location.hostname) ? '' : new URL('explorer.html', location.href).href;

/** The address with the exercise. */
let address = '';

/** Writes the HTML, and the address of the exercise unless the address is a damaged link, which one may compare. */
async function write(damaged = false) {
  const text = find('text').value;
  const flags = FLAGS.filter((name) => find(name).checked);
  const fragment = await toFragment({ text: text.trimEnd(), ...Object.fromEntries(flags.map((name) => [name, true])) });
  const link = new URL(`embed.html${fragment}`, location.href).href;
  find('element').textContent =
    `<script src="pagewalk-script.js"></script>\n<pagewalk-script${flags.map((name) => ` ${name}`).join('')} explorer="${escaped(explorer)}"><pre>\n${escaped(text.trimEnd())}\n</pre></pagewalk-script>`;
  find('frame').textContent = `<iframe src="${link}" title="Exercise" width="100%" height="${height(text)}" style="border: 0"></iframe>`;
  // An address in `src` would be one more step for Back.
  find('preview').contentWindow.location.replace(link);
  address = fragment;
  find('lost').textContent = damaged ? NO_SCRIPT : '';
  if (!damaged) history.replaceState(null, '', address);
}

/** @type {ReturnType<typeof setTimeout>} */
let later;
const soon = () => {
  clearTimeout(later);
  later = setTimeout(() => write(), 300);
};
find('text').oninput = soon;
for (const name of FLAGS) find(name).onchange = soon;
addEventListener('message', ({ data, source }) => {
  if (source === find('preview').contentWindow && data.pagewalk?.height) find('preview').height = data.pagewalk.height + 2;
});

/** Opens the exercise of the address. With a damaged link, the exercise stays, which is an example at first. */
async function open() {
  const shared = await fromFragment(location.hash);
  if (shared) {
    find('text').value = shared.text;
    for (const name of FLAGS) find(name).checked = shared[name] === true;
  }
  await write(!shared && location.hash !== '');
}

addEventListener('hashchange', () => {
  // A place on the page is no exercise, and must not take the place of its address.
  if (find(location.hash.slice(1))) history.replaceState(null, '', address);
  else open();
});
find('text').value = EXAMPLE;
if (find(location.hash.slice(1))) history.replaceState(null, '', location.pathname);
open();
