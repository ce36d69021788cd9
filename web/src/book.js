// The book's own controls: search, colors, the list of pages on phones, and copies of code.
// @ts-check
import MiniSearch from 'minisearch';
import './offline.js';

/** @param {string} selector @returns {any} */
const find = (selector) => document.querySelector(selector);

/**
 * @param {string} tag
 * @param {object} members
 * @param {(Node | string)[]} children
 * @returns {any}
 */
function el(tag, members = {}, ...children) {
  const element = Object.assign(document.createElement(tag), members);
  element.append(...children);
  return element;
}

const root = document.documentElement;
root.classList.add('scripted');

const theme = find('#theme');
const dark = () => getComputedStyle(root).colorScheme === 'dark' || (!root.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches);
const named = () => (theme.ariaLabel = theme.title = dark() ? 'Use light colors' : 'Use dark colors');
named();
theme.onclick = () => {
  root.dataset.theme = dark() ? 'light' : 'dark';
  named();
  try {
    localStorage.setItem('pagewalk-theme', root.dataset.theme);
  } catch {
    // The choice lasts as long as the page.
  }
};

const menu = find('#menu');
if (menu) {
  menu.onclick = () => {
    const open = root.classList.toggle('menu');
    menu.ariaExpanded = String(open);
  };
  find('nav.pages [aria-current]')?.scrollIntoView({ block: 'center' });
  scrollTo(0, location.hash ? scrollY : 0);
}

for (const pre of document.querySelectorAll('main pre.code')) {
  const copy = el('button', {
    className: 'copy',
    textContent: 'Copy',
    onclick: async () => {
      // A transcript is copied without its prompts and its output.
      const commands = Array.from(pre.querySelectorAll('.command'), (line) => line.textContent);
      await navigator.clipboard.writeText(commands.length ? commands.join('\n') : pre.textContent);
      copy.textContent = 'Copied';
      setTimeout(() => (copy.textContent = 'Copy'), 1500);
    },
  });
  pre.parentElement?.append(copy);
}

const box = find('#search');
const list = find('#found');
const count = find('#count');
const base = new URL('book/', import.meta.url);
/** @type {Promise<MiniSearch> | undefined} */
let index;

async function load() {
  const text = await (await fetch(new URL('search.json', base))).text();
  return MiniSearch.loadJSON(text, { fields: ['heading', 'title', 'text'], storeFields: ['heading', 'title', 'url', 'start'] });
}

async function search() {
  const words = box.value.trim();
  const ready = await (index ??= load());
  if (words !== box.value.trim()) return;
  const options = { prefix: true, fuzzy: 0.15, boost: { heading: 4, title: 2 }, combineWith: 'AND' };
  const found = words ? ready.search(words, /** @type {any} */ (options)).slice(0, 12) : [];
  list.replaceChildren(
    ...found.map(({ heading, title, url, start }) =>
      el('li', {}, el('a', { href: new URL(url, base).href }, el('b', { textContent: heading }), el('span', { textContent: heading === title ? '' : title }), el('small', { textContent: start }))),
    ),
  );
  list.hidden = found.length === 0;
  count.textContent = !words ? '' : found.length ? `${found.length} sections found` : 'No section has these words.';
  count.classList.toggle('spoken', found.length > 0);
}

if (box) {
  box.onfocus = () => (index ??= load());
  box.oninput = search;
  const close = () => {
    list.hidden = true;
    count.textContent = '';
  };
  find('search').onkeydown = (event) => {
    const links = [box, ...list.querySelectorAll('a')];
    const at = links.indexOf(document.activeElement);
    if (event.key === 'Escape') {
      close();
      box.focus();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      links[Math.min(Math.max(at + (event.key === 'ArrowDown' ? 1 : -1), 0), links.length - 1)]?.focus();
    } else if (event.key === 'Enter' && at === 0) links[1]?.click();
  };
  document.addEventListener('click', (event) => find('search').contains(event.target) || close());
  document.addEventListener('keydown', (event) => {
    const typed = /** @type {HTMLElement} */ (event.target).closest('input, textarea, pagewalk-script, [contenteditable]');
    if (event.key === '/' && !typed && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      box.focus();
    }
  });
}

// The heading that is being read is marked in the list of headings.
const links = new Map(Array.from(document.querySelectorAll('nav.headings a'), (link) => [/** @type {HTMLAnchorElement} */ (link).hash.slice(1), link]));
if (links.size) {
  const seen = new Set();
  const watch = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) seen[isIntersecting ? 'add' : 'delete'](target.id);
      const first = [...links.keys()].find((id) => seen.has(id));
      if (first) for (const [id, link] of links) link.classList.toggle('here', id === first);
    },
    { rootMargin: '-60px 0px -60% 0px' },
  );
  for (const id of links.keys()) {
    const heading = document.getElementById(id);
    if (heading) watch.observe(heading);
  }
}
