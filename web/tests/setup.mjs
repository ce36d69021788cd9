// Common to all tests of the site: a server, browsers, and the programs that they compare with.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const SITE = process.env.PAGEWALK_SITE ?? join(ROOT, 'target/site');
export const PAGEWALK = process.env.PAGEWALK ?? join(ROOT, 'target/debug/pagewalk');

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/**
 * Serves the site below `/pagewalk/`, as a project of a code host is served, so that no page may rely on the root.
 * @param {Record<string, string>} pages Other pages, by path.
 * @param {Record<string, string>} types Other types, by extension.
 */
export async function serve(pages = {}, types = {}) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const send = (status, type, body) => response.writeHead(status, { 'Content-Type': type }).end(body);
    if (path in pages) return send(200, TYPES['.html'], pages[path]);
    let file = join(SITE, normalize(path.replace(/^\/pagewalk/, '')));
    if (existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html');
    if (!path.startsWith('/pagewalk/') || !existsSync(file)) return send(404, 'text/plain', 'missing');
    const type = { ...TYPES, ...types }[extname(file)] ?? 'application/octet-stream';
    return send(200, type, readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { origin, site: `${origin}/pagewalk/`, close: () => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))) };
}

/** The system's Chromium, or `undefined`. */
export const CHROMIUM = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => path && existsSync(path));

/** The system's Firefox, which only puppeteer-core drives, or `undefined`. */
export const FIREFOX = [process.env.FIREFOX, '/usr/bin/firefox-esr', '/usr/bin/firefox'].find((path) => path && existsSync(path));

export const browser = () => chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });

/**
 * Opens a page that records everything that must not happen on it: errors, messages of the policy, and requests to other origins.
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} url
 */
export async function visit(context, url) {
  const page = await context.newPage();
  /** @type {string[]} */
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('console', (message) => message.type() === 'error' && wrong.push(`console: ${message.text()}`));
  page.on('dialog', (dialog) => (wrong.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (/^https?:/.test(protocol) && origin !== new URL(url).origin) wrong.push(`foreign: ${request.url()}`);
  });
  await page.goto(url);
  return { page, wrong };
}

/**
 * Looks at a page in each color scheme and width: axe finds nothing, and nothing scrolls sideways.
 * @param {import('playwright-core').Page} page
 * @param {string} about What the page shows, for the message.
 * @param {number[]} widths The widths in pixels.
 */
export async function looksRight(page, about, widths = [360, 900, 1366]) {
  // The policy refuses a script of the test, unless it arrives this way.
  await page.evaluate(axe.source);
  const long = process.argv.includes('--long');
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    // Colors hardly depend on the width.
    for (const width of long || colorScheme === 'light' ? widths : widths.slice(-1)) {
      await page.setViewportSize({ width, height: 800 });
      // A figure is drawn again in other colors, and a wide table is marked after the layout.
      await page.waitForTimeout(150);
      const place = `${about}, ${colorScheme}, ${width} px`;
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${place} scrolls sideways`);
      const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }));
      assert.deepEqual(violations.map(({ id, nodes }) => [place, id, nodes.length, nodes[0].target, nodes[0].failureSummary]), []);
    }
  }
}

/** Runs `pagewalk`. */
export function pagewalk(args, folder = ROOT) {
  const { status, stdout, stderr, error } = spawnSync(PAGEWALK, args, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 30 });
  if (error) throw error;
  return { status, stdout, stderr };
}

/**
 * Checks that a page paints at least 30 frames in a second. Other tests share the processors, so it has five seconds to do so once;
 * a page whose thread is busy does so in none.
 * @param {import('playwright-core').Page} page
 */
export async function responsive(page) {
  const seconds = [];
  while (seconds.length < 5 && !(seconds.at(-1) >= 30)) {
    const frames = await page.evaluate(() => new Promise((resolve) => {
      let count = 0;
      const end = performance.now() + 1000;
      const tick = () => (performance.now() < end ? ((count += 1), requestAnimationFrame(tick)) : resolve(count));
      requestAnimationFrame(tick);
    }));
    seconds.push(frames);
  }
  assert.ok(seconds.at(-1) >= 30, `${seconds.join(', ')} frames a second`);
}

let passed = 0;
let failed = 0;

/** Runs a test, and reports it only if it fails or is slow. With ONLY, only the tests with these words in their names run. */
export async function test(name, body) {
  if (process.env.ONLY && !name.includes(process.env.ONLY)) return;
  const start = performance.now();
  try {
    await body();
    passed += 1;
  } catch (error) {
    failed += 1;
    // One cause often fails many tests, and then the first ones show it.
    const lines = String(error?.stack ?? error).split('\n').filter((line) => !line.includes('setup.mjs'));
    console.log(`FAILED ${name}${failed < (process.env.ALL ? 99 : 5) ? `\n  ${lines.slice(0, 12).join('\n  ')}` : ''}`);
  }
  const seconds = (performance.now() - start) / 1000;
  if (seconds > 5) console.log(`${name}: ${seconds.toFixed(1)} s`);
}

/** Prints the summary, and ends the program with its status. */
export function done() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}

/** Ends the program with a reason if something is missing, such as a browser. */
export function need(condition, reason) {
  if (condition) return;
  console.log(`skipped: ${reason}\n0 passed, 0 failed`);
  process.exit(0);
}
