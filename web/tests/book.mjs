// The book: its links, its policy, its search, its looks, and the verdict of each of its scripts.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { documents, scripts } from '../book.mjs';
import { CHROMIUM, PAGEWALK, ROOT, SITE, browser, done, looksRight, need, pagewalk, serve, test, visit } from './setup.mjs';

need(CHROMIUM, 'no Chromium; run .ci/web install');
need(existsSync(join(SITE, 'book/index.html')), 'no site; run .ci/web build');
need(existsSync(PAGEWALK), `${PAGEWALK} is missing; run cargo build`);

const read = (path) => readFileSync(join(SITE, path), 'utf8');
const pages = readdirSync(SITE, { recursive: true })
  .filter((path) => path.endsWith('.html') && !path.startsWith('files/'))
  .sort();
/** The pages of the book and the front page; the other pages have their own tests. */
const own = pages.filter((path) => path.startsWith('book/') || path === 'index.html');

await test('each link leads to a page and a heading', () => {
  const lost = [];
  const ids = new Map(pages.map((path) => [path, new Set([...read(path).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))]));
  for (const path of own) {
    for (const [, link] of read(path).matchAll(/ (?:href|src)="([^"]*)"/g)) {
      if (/^(https?|mailto|data):/.test(link)) continue;
      const [file, anchor] = link.split('#');
      const to = file ? normalize(join(dirname(path), file)) : path;
      // The explorer and the practice page are built from their own sources.
      if (!existsSync(join(SITE, to)) && !/^(explorer|practice)\.html$/.test(to)) lost.push(`${path}: ${link}`);
      else if (anchor && ids.has(to) && !ids.get(to).has(decodeURIComponent(anchor))) lost.push(`${path}: ${link}`);
    }
  }
  assert.deepEqual(lost, []);
});

await test('each page has the policy, and no script, style, or handler of its own', () => {
  for (const path of own) {
    const text = read(path);
    assert.match(text, /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' 'wasm-unsafe-eval'/, path);
    const code = text.replace(/<pre[^]*?<\/pre>/g, '');
    assert.doesNotMatch(code, /<script(?![^>]* src="[^":]+")|<style|<iframe|<[a-z][^>]* (on\w+|style)=/i, path);
    assert.doesNotMatch(code, /<(?:script|link|img|source)[^>]* (?:src|href)="(?:https?:)?\/\//, path);
  }
});

await test('each page is reached from the page before it', () => {
  const seen = new Set();
  for (let path = 'book/index.html'; path; ) {
    assert.ok(!seen.has(path), path);
    seen.add(path);
    const [, next] = /<a rel="next" href="([^"]+)"/.exec(read(path)) ?? [];
    path = next && normalize(join(dirname(path), next));
  }
  assert.equal(seen.size, own.length - 1);
});

const long = process.argv.includes('--long');
const server = await serve();
const chrome = await browser();
const context = await chrome.newContext({ serviceWorkers: 'block' });
const open = (path, from = context) => visit(from, `${server.site}${path}`);

await test('each script gives the verdict of pagewalk test', async () => {
  // The quick engine takes a minute for all pages.
  const paths = documents(ROOT).filter((_, number) => long || number % 3 === 0);
  const report = join(mkdtempSync(join(tmpdir(), 'pagewalk-')), 'report.json');
  pagewalk(['test', '--report', `json=${report}`, ...paths]);
  const { cases } = JSON.parse(readFileSync(report, 'utf8'));
  let count = 0;
  const differ = [];
  for (const path of paths) {
    const blocks = scripts(readFileSync(join(ROOT, path), 'utf8'));
    if (!blocks.length) continue;
    const html = pages.find((page) => page === `book/${path.replace(/^docs\//, '').replace(/\.md$/, '').replace(/(^|\/)README$/, '$1index').replace(/^index$/, path === 'README.md' ? 'readme' : 'index')}.html`);
    const { page, wrong } = await open(html);
    const got = await page.evaluate(async () => {
      const all = [];
      for (const element of document.querySelectorAll('pagewalk-script')) {
        let result;
        element.addEventListener('pagewalk-result', ({ detail }) => (result = detail), { once: true });
        await element.run();
        all.push({ ...result, fails: element.hasAttribute('fails'), said: element.shadowRoot.querySelector('[role=status]').textContent });
      }
      return all;
    });
    assert.deepEqual(wrong, [], path);
    assert.equal(got.length, blocks.length, path);
    for (const [i, { line, text, fails }] of blocks.entries()) {
      count += 1;
      const end = line + text.split('\n').length;
      const of = cases.filter(({ file, line: at }) => file === path && at > line && at <= end);
      const sum = (name) => of.reduce((total, one) => total + one[name], 0);
      const mistakes = of.some(({ mistakes: list }) => list.length > 0);
      const native = mistakes ? { mistake: true } : { mistake: false, checks: sum('checks'), failed: sum('checks_failed') };
      const { verdict, checks, failed } = got[i];
      const here = verdict === 'mistake' ? { mistake: true } : { mistake: false, checks, failed };
      if (JSON.stringify(here) !== JSON.stringify(native)) differ.push([`${path}:${line}`, here, native, got[i].said]);
      if (fails !== (verdict === 'mistake' || verdict === 'fails')) differ.push([`${path}:${line}`, 'its mark is wrong', got[i].said]);
    }
    await page.close();
  }
  assert.ok(count > (long ? 180 : 40), `${count} scripts`);
  assert.deepEqual(differ, []);
});

await test('the examples pass on their pages, also with files', async () => {
  for (const name of ['first', 'machine-file', 'lectures/fork', 'questions/tlb-1']) {
    const { page, wrong } = await open(`book/examples/${name}.html`);
    await page.locator('pagewalk-script').evaluate((element) => element.run());
    assert.match(await page.locator('pagewalk-script').getByRole('status').textContent(), /hold|has no expectations/, name);
    assert.deepEqual(wrong, []);
    await page.close();
  }
});

await test('the exercise of the front page marks itself', async () => {
  const { page, wrong } = await open('index.html');
  await page.getByRole('button', { name: 'Run' }).click();
  for (const value of ['miss', 'hit']) {
    await page.keyboard.type(value);
    await page.keyboard.press('Control+Enter');
  }
  await page.getByRole('status').getByText('✓ 2 predictions hold').waitFor();
  assert.deepEqual(wrong, []);
  await page.close();
});

await test('the search finds a section, with the keyboard alone', async () => {
  const { page, wrong } = await open('book/index.html');
  await page.keyboard.press('/');
  await page.keyboard.type('copy-on-write cost');
  await page.getByText('sections found').waitFor({ state: 'attached' });
  await page.keyboard.press('Enter');
  await page.waitForURL(/copy-on-write\.html/);
  await page.locator('#search').fill('zzzzqqqq');
  await page.getByText('No section has these words.').waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('#count').textContent(), '');
  assert.deepEqual(wrong, []);
  await page.close();
});

await test('the chosen colors stay', async () => {
  const light = await chrome.newContext({ colorScheme: 'light', serviceWorkers: 'block' });
  const { page } = await open('book/index.html', light);
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  assert.equal(await paper(), 'rgb(255, 255, 255)');
  await page.getByRole('button', { name: 'Use dark colors' }).click();
  const dark = await paper();
  assert.notEqual(dark, 'rgb(255, 255, 255)');
  await page.getByRole('link', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Use light colors' }).waitFor();
  assert.equal(await paper(), dark);
  await light.close();
});

await test('a page prints without its controls, on light paper', async () => {
  const own = await chrome.newContext({ colorScheme: 'dark', serviceWorkers: 'block' });
  const { page } = await open('book/explanation/page-walk.html', own);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), 'light');
  for (const selector of ['.top', 'nav.pages', '.turn', 'pagewalk-script button', 'pagewalk-script textarea']) assert.equal(await page.locator(selector).first().isVisible(), false, selector);
  assert.equal(await page.locator('pagewalk-script .code pre').first().isVisible(), true);
  const pdf = await page.pdf({ format: 'A4' });
  assert.ok(pdf.length > 20_000);
  await own.close();
});

await test('the pages are reached from the menu of a phone', async () => {
  const phone = await chrome.newContext({ viewport: { width: 360, height: 740 }, serviceWorkers: 'block' });
  const { page, wrong } = await open('book/index.html', phone);
  await page.getByRole('button', { name: 'Pages' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Rules of the hardware' }).click();
  await page.getByRole('heading', { level: 1, name: 'Rules of the hardware' }).waitFor();
  assert.deepEqual(wrong, []);
  await phone.close();
});

const LOOKED = ['index.html', 'book/index.html', 'book/explanation/page-walk.html', ...(long ? ['book/tutorials/tutorial.html', 'book/reference/reference.html', 'book/examples/index.html', 'book/examples/first.html', 'book/how-to/repl.html'] : [])];
for (const path of LOOKED) {
  await test(`axe finds nothing in any colors and widths on ${path}`, async () => {
    const { page, wrong } = await open(path);
    await looksRight(page, path);
    assert.deepEqual(wrong, []);
    await page.close();
  });
}

if (long) {
  await test('no page scrolls sideways on a phone', async () => {
    const phone = await chrome.newContext({ viewport: { width: 360, height: 740 }, serviceWorkers: 'block' });
    const wide = [];
    for (const path of own) {
      const { page, wrong } = await open(path, phone);
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) wide.push(path);
      assert.deepEqual(wrong, [], path);
      await page.close();
    }
    assert.deepEqual(wide, []);
    await phone.close();
  });
}

await chrome.close();
await server.close();
done();
