// The book: the documents as a site in which every script runs. A short generator over markdown-it, because no other one takes
// the info strings of our blocks without patches.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import markdown from 'markdown-it';
import MiniSearch from 'minisearch';

const { normalize, relative: between } = posix;

/** The parts of the book: a title, and the folder or the files of its pages. */
const PARTS = [
  ['Tutorials', /^docs\/tutorials\//],
  ['Guides', /^docs\/how-to\//],
  ['Explanations', /^docs\/explanation\//],
  ['Reference', /^docs\/reference\//],
  ['Examples', /^examples\//],
  ['Project', /^(README|ARCHITECTURE|CONTRIBUTING|CHANGELOG|editors\/README|grammar\/README|docs\/decisions\/README)\.md$/],
  ['Decisions', /^docs\/decisions\//],
];

const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]);
/** The name of a heading in links, as code hosts derive it. */
const slug = (text) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
/** The words of an inline token, without marks. */
const plain = (token) => token.children.map(({ type, content }) => (/text|code_inline/.test(type) ? content : type === 'softbreak' ? ' ' : '')).join('');

/** The attributes of a block's element, from its info string. Tests read them the same way: `pagewalk,fails open.pw`. */
export function script(info) {
  const [language, ...words] = info.split(/[, ]/);
  if (language !== 'pagewalk' || words.includes('skip')) return undefined;
  return { fails: words.includes('fails'), name: words.find((word) => word.includes('.pw')) };
}

/** Every script in a document, with its attributes. */
export function scripts(text) {
  return new markdown().parse(text, {}).flatMap(({ type, info, content, map }) => {
    const of = type === 'fence' && script(info);
    return of ? [{ ...of, text: content.trimEnd(), line: map[0] + 1 }] : [];
  });
}

const element = ({ fails, name, folder }, text) =>
  `<pagewalk-script${fails ? ' fails' : ''}${name ? ` name="${escaped(name)}"` : ''}${folder ? ` folder="${escaped(folder)}"` : ''}><pre tabindex="0">${escaped(text)}</pre></pagewalk-script>\n`;

const listing = (language, code) => `<div class="listing"><pre class="code ${escaped(language)}" tabindex="0"><code>${code}</code></pre></div>\n`;

/** The documents of the book. */
export function documents(root) {
  const found = readdirSync(join(root, 'docs'), { recursive: true })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path}`);
  const others = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'editors/README.md', 'grammar/README.md', 'examples/lectures/README.md', 'examples/questions/README.md'];
  return [...found.sort(), ...others.filter((path) => existsSync(join(root, path)))];
}

/** Where a document is in the site. */
function address(path) {
  const inner = path.replace(/^docs\//, '').replace(/\.(md|pw)$/, '');
  if (path === 'README.md') return 'book/readme.html';
  return `book/${inner.replace(/(^|\/)README$/, '$1index')}.html`;
}

/**
 * Writes the book to `book/` of the site.
 * @returns the number of its pages
 */
export function writeBook(root, site, examples) {
  const paths = documents(root);
  const known = new Map(paths.map((path) => [path, address(path)]));
  for (const { path } of examples) known.set(`examples/${path}`, `book/examples/${path.replace(/\.pw$/, '.html')}`);
  known.set('examples/README.md', 'book/examples/index.html');
  const read = (path) => readFileSync(join(root, path), 'utf8');
  /** Files that a page links to, and that are no pages. */
  const files = new Set();
  const lost = new Set();

  /** Returns a link of a document as a link of its page. */
  const linked = (from, href) => {
    if (href.startsWith('site:')) return between(posix.dirname(known.get(from)), href.slice(5));
    if (/^([a-z]+:|#)/.test(href)) return href;
    const [path, anchor] = href.split('#');
    const target = normalize(posix.join(posix.dirname(from), path)).replace(/\/$/, '');
    const page = known.get(target) ?? known.get(`${target}/README.md`);
    const here = posix.dirname(known.get(from));
    if (page) return `${between(here, page) || posix.basename(page)}${anchor ? `#${anchor}` : ''}`;
    const on = join(root, target);
    if (!existsSync(on)) {
      lost.add(`${from}: ${href}`);
      return href;
    }
    if (statSync(on).isDirectory()) {
      if (/^examples(\/|$)/.test(target)) return `${between(here, 'book/examples/index.html')}#${slug(posix.basename(target))}`;
      lost.add(`${from}: ${href} is a folder without a page`);
      return '#';
    }
    const copy = target.startsWith('examples/') ? target : `files/${target}`;
    files.add([target, copy].join('\n'));
    return between(here, copy);
  };

  const md = markdown({ typographer: false });
  const { rules } = md.renderer;
  rules.fence = (tokens, i) => {
    const { info, content } = tokens[i];
    const of = script(info);
    if (of) return element(of, content.trimEnd());
    const language = info.split(/[, ]/)[0] || 'text';
    const line = (text) => (text.startsWith('$ ') ? `<span class="prompt">$ </span><b class="command">${escaped(text.slice(2))}</b>` : escaped(text));
    const code = language === 'console' ? content.split('\n').map(line).join('\n') : escaped(content);
    return listing(language, code);
  };
  rules.code_block = (tokens, i) => listing('text', escaped(tokens[i].content));
  rules.table_open = () => '<div class="wide" tabindex="0"><table>\n';
  rules.table_close = () => '</table></div>\n';
  rules.heading_open = (tokens, i, _, env) => {
    const text = plain(tokens[i + 1]);
    const twin = env.ids.get(slug(text)) ?? 0;
    env.ids.set(slug(text), twin + 1);
    const id = twin ? `${slug(text)}-${twin}` : slug(text);
    env.headings.push({ level: Number(tokens[i].tag[1]), text, id });
    return `<${tokens[i].tag} id="${escaped(id)}">`;
  };
  rules.heading_close = (tokens, i, _, env) => {
    const { id, text, level } = env.headings.at(-1);
    const anchor = level > 1 ? ` <a class="anchor" href="#${escaped(id)}" aria-label="Link to “${escaped(text)}”">#</a>` : '';
    return `${anchor}</${tokens[i].tag}>\n`;
  };
  /** The title of a document. Links to a file by its name get it, because a site has no files. */
  const titles = new Map(paths.map((path) => [known.get(path), /^# (.+)/m.exec(read(path))?.[1] ?? path]));
  const { link_open: open = (tokens, i, options, _, self) => self.renderToken(tokens, i, options), image } = rules;
  rules.link_open = (tokens, i, options, env, self) => {
    const href = linked(env.path, tokens[i].attrGet('href'));
    const title = titles.get(normalize(posix.join(dirname(known.get(env.path)), href.split('#')[0])));
    if (title && tokens[i + 1].content.endsWith('.md')) tokens[i + 1].content = title.replaceAll('`', '');
    tokens[i].attrSet('href', href);
    return open(tokens, i, options, env, self);
  };
  rules.image = (tokens, i, options, env, self) => {
    tokens[i].attrSet('src', linked(env.path, tokens[i].attrGet('src')));
    tokens[i].attrSet('loading', 'lazy');
    return image(tokens, i, options, env, self);
  };

  /** Returns a page: its title, its contents, its headings, and its sections for the search. */
  const page = (path, text) => {
    const env = { path, ids: new Map(), headings: [] };
    const tokens = md.parse(text, env);
    const body = md.renderer.render(tokens, md.options, env);
    const title = env.headings.find(({ level }) => level === 1)?.text ?? path;
    const sections = [];
    let at = 0;
    tokens.forEach(({ type, content, children }, i) => {
      if (type === 'heading_open') sections.push({ ...env.headings[at++], words: [] });
      // Code is not searched word by word, but the words in prose and tables are.
      else if (type === 'inline' && tokens[i - 1].type !== 'heading_open') sections.at(-1)?.words.push(plain({ content, children }));
    });
    return { path, address: known.get(path), title, body, headings: env.headings, sections };
  };

  const pages = paths.map((path) => page(path, read(path)));

  // The examples: a list, and a page for each.
  /** @type {Map<string, any[]>} */
  const groups = new Map();
  for (const one of examples) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  const name = (path) => path.split('/').at(-1);
  const title = (group) => group[0].toUpperCase() + group.slice(1);
  const rows = (list) => list.map(({ path, about }) => `| [${name(path)}](${path}) | ${about.replaceAll('|', '\\|')} |`).join('\n');
  const contents = [...groups].map(([group, list]) => `## ${title(group)}\n\n| script | contents |\n|---|---|\n${rows(list)}\n`);
  // Other folders have files for programs, such as machines and notebooks.
  for (const folder of readdirSync(join(root, 'examples'))) {
    if (groups.has(folder) || !statSync(join(root, 'examples', folder)).isDirectory()) continue;
    const members = readdirSync(join(root, 'examples', folder)).filter((path) => existsSync(join(site, 'examples', folder, path)));
    contents.push(`## ${title(folder)}\n\n${members.map((path) => `- [${path}](${folder}/${path})`).join('\n')}\n`);
  }
  pages.push(page('examples/README.md', `# Examples\n\nEach script runs on its page. [The explorer](site:explorer.html) opens them, too.\n\n${contents.join('\n')}`));
  for (const { path, about } of examples) {
    const from = `examples/${path}`;
    const text = read(from).trimEnd();
    const folder = /^\s*(include|machine|replay|reference) "/m.test(text) ? `${between(dirname(known.get(from)), dirname(from))}/` : undefined;
    // The engine of a page takes texts only.
    const code = /\.zst"/.test(text)
      ? `<p>This script reads a compressed trace, so only the program runs it: <code>pagewalk run ${from}</code>.</p>\n${listing('pagewalk', escaped(text))}`
      : element({ name: name(path), folder }, text);
    const sections = [{ level: 1, text: name(path), id: '', words: [about] }];
    pages.push({ path: from, address: known.get(from), title: name(path), body: `<h1>${escaped(name(path))}</h1>\n${code}`, headings: [], sections });
  }

  // Pages have the order in which the index of the documents names them.
  const index = read('docs/README.md');
  const order = (path) => {
    const at = path.startsWith('examples/') ? -1 : index.indexOf(`](${relative('docs', path)}`);
    return at < 0 ? index.length : at;
  };
  const part = (path) => PARTS.findIndex(([, pattern]) => pattern.test(path));
  // The index comes first, and the list of the scripts before each of them.
  const rank = ({ path }) => [Number(path !== 'docs/README.md'), part(path), Number(path.endsWith('.pw')), Number(path !== 'examples/README.md'), order(path)];
  const sorted = pages
    .map((one) => [rank(one), one])
    .sort(([a], [b]) => a.map((number, i) => number - b[i]).find((difference) => difference) ?? 0)
    .map(([, one]) => one);

  /** The list of pages. The scripts are reached by their own list. */
  const navigation = (current) => {
    const here = dirname(current.address);
    const item = ({ address: to, title }) =>
      `<li><a href="${between(here, to)}"${to === current.address ? ' aria-current="page"' : ''}>${escaped(title)}</a></li>`;
    return PARTS.map(([title, pattern], i) => {
      const members = sorted.filter(({ path }) => part(path) === i && (!path.endsWith('.pw') || path === current.path));
      const inside = members.some(({ address: to }) => to === current.address);
      const shut = title === 'Decisions' && !inside;
      return `<details${shut ? '' : ' open'}><summary>${title}</summary><ul>\n${members.map(item).join('\n')}\n</ul></details>`;
    }).join('\n');
  };

  sorted.forEach((one, i) => {
    const here = dirname(one.address);
    const up = between(here, '.') || '.';
    const step = (other, label, rel) =>
      other ? `<a rel="${rel}" href="${between(here, other.address)}"><small>${label}</small>${escaped(other.title)}</a>` : '<span></span>';
    const headings = one.headings.filter(({ level }) => level === 2 || level === 3);
    const deep = headings.length > 30 ? headings.filter(({ level }) => level === 2) : headings;
    const toc = deep.length > 1 ? `<nav class="headings" aria-label="On this page"><p>On this page</p><ul>\n${deep.map(({ level, id, text }) => `<li class="l${level}"><a href="#${escaped(id)}">${escaped(text)}</a></li>`).join('\n')}\n</ul></nav>` : '';
    const runs = one.body.includes('<pagewalk-script') ? `\n<script src="${up}/pagewalk-script.js" defer></script>` : '';
    const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(one.title)} · Pagewalk</title>
<link rel="icon" href="${up}/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${up}/base.css">
<link rel="stylesheet" href="${up}/book.css">
<script src="${up}/theme.js"></script>${runs}
<script type="module" src="${up}/book.js"></script>
</head>
<body>
<a class="skip" href="#main">Skip to the contents</a>
${header(up, one.path.startsWith('examples/') ? 'examples' : 'book')}
<div class="columns">
<nav class="pages" id="pages" aria-label="Pages">
${navigation(one)}
</nav>
<main id="main" tabindex="-1">
<article>
${one.body}</article>
<nav class="turn" aria-label="Next and previous page">
${step(sorted[i - 1], 'Previous', 'prev')}
${step(sorted[i + 1], 'Next', 'next')}
</nav>
</main>
${toc}
</div>
</body>
</html>
`;
    mkdirSync(join(site, here), { recursive: true });
    writeFileSync(join(site, one.address), html);
  });

  for (const file of files) {
    const [from, to] = file.split('\n');
    mkdirSync(dirname(join(site, to)), { recursive: true });
    cpSync(join(root, from), join(site, to));
  }

  const search = new MiniSearch({ fields: ['heading', 'title', 'text'], storeFields: ['heading', 'title', 'url', 'start'] });
  let id = 0;
  for (const one of sorted) {
    for (const { text, id: anchor, words, level } of one.sections) {
      const url = `${between('book', one.address)}${level > 1 ? `#${anchor}` : ''}`;
      const all = words.join(' ');
      search.add({ id: id++, heading: text, title: one.title, url, text: all, start: all.length > 110 ? `${all.slice(0, 110).replace(/\s\S*$/, '')} …` : all });
    }
  }
  writeFileSync(join(site, 'book/search.json'), JSON.stringify(search));
  if (lost.size) throw new Error(`links that lead nowhere:\n${[...lost].join('\n')}`);
  return sorted.length;
}

/** The header of each page of the site. */
export function header(up, current) {
  const link = (to, name, key) => `<a href="${up}/${to}"${key === current ? ' aria-current="true"' : ''}>${name}</a>`;
  const icon = (path) => `<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" d="${path}"/></svg>`;
  return `<header class="top">
<button id="menu" aria-label="Pages" aria-expanded="false" aria-controls="pages">${icon('M4 6h16M4 12h16M4 18h16')}</button>
<a class="home" href="${up}/index.html"><img src="${up}/icon.svg" alt="" width="26" height="26">Pagewalk</a>
<nav class="sites" aria-label="Parts of the site">${link('book/index.html', 'Book', 'book')}${link('explorer.html', 'Explorer', 'explorer')}${link('practice.html', 'Practice', 'practice')}${link('book/examples/index.html', 'Examples', 'examples')}</nav>
<search><input id="search" type="search" placeholder="Search" aria-label="Search the book" autocomplete="off"><p id="count" role="status"></p><ul id="found" hidden></ul></search>
<button id="theme">${icon('M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18')}</button>
</header>`;
}
