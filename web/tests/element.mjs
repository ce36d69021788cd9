// <pagewalk-script> as a person uses it, on the pages of a course: from a server, from a file, and in a frame.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateRawSync, deflateSync } from 'node:zlib';
import { CHROMIUM, FIREFOX, ROOT, SITE, browser, done, looksRight, need, responsive, serve, test, visit } from './setup.mjs';

need(CHROMIUM, 'no Chromium; run .ci/web install');
need(existsSync(join(SITE, 'engine.wasm')), 'no site; run .ci/web build');

const course = (body, head = '<script src="/pagewalk/pagewalk-script.js"></script>') =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A course</title><link rel="icon" href="data:,">${head}</head><body><main><h1>A course</h1>${body}</main></body></html>`;

/** The first two reads of CS:APP's small memory system, section 9.6.4, with an empty TLB. */
const READS = 'machine simple\nset page_table { | vpn ppn |\n                 | 0F  0D  | }\nread 0x03D4 => tlb VALUE\nread 0x03D5 => tlb hit\n';
const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>"]]>';

const server = await serve({
  '/plain.html': course(`<pagewalk-script>\n    ${READS.replace('VALUE', 'miss').replaceAll('\n', '\n    ')}</pagewalk-script>`),
  '/wrong.html': course(`<pagewalk-script><pre>${READS.replace('VALUE', 'hit')}</pre></pagewalk-script>`),
  '/fails.html': course(`<pagewalk-script fails>${READS.replace('VALUE', 'hit')}</pagewalk-script>`),
  '/readonly.html': course(`<pagewalk-script readonly>${READS.replace('VALUE', 'miss')}</pagewalk-script>`),
  '/predict.html': course(`<pagewalk-script predict>${READS.replace('VALUE', '?')}</pagewalk-script>`),
  '/fixed.html': course(`<pagewalk-script predict readonly>${READS.replace('VALUE', '?')}</pagewalk-script>`),
  '/guess.html': course('<pagewalk-script predict>machine simple\nread 0x03D4</pagewalk-script>'),
  '/mistake.html': course('<pagewalk-script>machine simple\nraed 0x03D4</pagewalk-script>'),
  '/endless.html': course('<pagewalk-script>machine simple\nrepeat 100000000 { read 0 }</pagewalk-script><pagewalk-script>machine simple\nread 0 => tlb miss</pagewalk-script>'),
  '/memory.html': course('<pagewalk-script>machine { physical 52 }\nfor i in 0..1000000 { write i*4096 = 1 }</pagewalk-script>'),
  '/loop.html': course('<pagewalk-script>machine simple\nfor i in 0..20000 { read i % 64 => tlb miss }</pagewalk-script>'),
  '/figure.html': course('<pagewalk-script>machine simple\nset page_table { | vpn ppn |\n| 0F 0D | }\nread 0x03D4\nfigure translation</pagewalk-script>'),
  '/hostile.html': course(`<pagewalk-script name="a&lt;b&gt;.pw"><pre>machine simple
let title = "${hostile.replace(/[<"&]/g, (sign) => ({ '<': '&lt;', '"': '\\&quot;', '&': '&amp;' })[sign])}"
show title
question "&lt;img src=x onerror=alert(3)&gt;" { text "&lt;svg onload=alert(4)&gt;"; ask "&lt;b&gt;" = 1 }
scenario "&lt;iframe srcdoc='x'&gt;" { expect 1 == 2 }</pre></pagewalk-script>`),
  '/files.html': course(`<pagewalk-script folder="/files/" name="&lt;img src=x onerror=alert(1)&gt;.pw"><pre>machine simple
include "&lt;img src=x onerror=alert(2)&gt;.pw"
include "javascript:alert(3)//.pw"
include "//example.com/x.pw"
machine "__proto__.yaml"</pre></pagewalk-script>`),
  '/files/<img src=x onerror=alert(2)>.pw': `show "${hostile.replaceAll('"', '\\"')}"\nraed 0 # ${hostile}\n`,
  '/files/__proto__.yaml': hostile,
  '/none.html': course('<pagewalk-script explorer="">machine simple</pagewalk-script>'),
  '/late.html': course('', '<script src="/pagewalk/pagewalk-script.js" defer></script>'),
  '/frame.html': '<!doctype html><html lang="en"><title>A frame</title><link rel="icon" href="data:,"><body></body></html>',
});
const long = process.argv.includes('--long');
const chrome = await browser();
const context = await chrome.newContext();

/** Opens a page of the course, and checks at the end that nothing forbidden happened on it. */
async function on(path, body, from = context) {
  const { page, wrong } = await visit(from, server.origin + path);
  const element = page.locator('pagewalk-script').first();
  await body({
    page,
    element,
    area: element.locator('textarea'),
    run: element.getByRole('button', { name: 'Run' }),
    verdict: element.getByRole('status'),
    says: (text) => element.getByRole('status').getByText(text).waitFor({ timeout: 15_000 }),
  });
  assert.deepEqual(wrong, []);
  await page.close();
}

await test('the script of the element has at most 10 kB', () => {
  assert.ok(statSync(join(SITE, 'pagewalk-script.js')).size <= 10_000, `${statSync(join(SITE, 'pagewalk-script.js')).size}`);
});

await test('a script is shown in colors, without indentation, and before the engine loads', () =>
  on('/plain.html', async ({ page, element, area }) => {
    assert.equal(await area.inputValue(), READS.replace('VALUE', 'miss').trimEnd());
    assert.equal(await element.locator('pre .function').first().textContent(), 'machine');
    assert.equal(await element.locator('pre .enumMember').first().textContent(), 'simple');
    assert.equal(await element.locator('pre .number').last().textContent(), '0x03D5');
    const color = (name) => element.locator(`pre ${name}`).first().evaluate((word) => getComputedStyle(word).color);
    assert.notEqual(await color('.function'), await color('.number'));
    const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1)));
    assert.deepEqual(loaded, ['pagewalk-script.js']);
  }));

await test('Run shows the results, and marks beside the statements', () =>
  on('/plain.html', async ({ element, run, says }) => {
    await run.click();
    await says('✓ 2 expectations hold');
    assert.deepEqual(await element.locator('pre .mark').allTextContents(), ['✓', '✓']);
    // Figure 9.20 of CS:APP: VPN 0x0F, TLBI 3, TLBT 3, PPN 0D.
    const text = await element.locator('.results').innerText();
    for (const value of ['0x0F', '0x3', '0x03', '0x0D', '0x354']) assert.ok(text.includes(value), `${value} in ${text}`);
  }));

await test('a failed expectation is marked, with the reason', () =>
  on('/wrong.html', async ({ element, run, says }) => {
    await run.click();
    await says('✗ 1 of 2 expectations failed');
    assert.deepEqual(await element.locator('pre .mark').allTextContents(), ['✗ tlb miss', '✓']);
    assert.match(await element.locator('.results').innerText(), /no valid entry of set 3 has tag 0x03/);
  }));

await test('a script that is meant to fail says so', () =>
  on('/fails.html', async ({ run, says }) => {
    await run.click();
    await says('failed, as intended');
  }));

await test('typing changes the script, Ctrl+Enter runs it, and Start over resets everything', () =>
  on('/wrong.html', async ({ element, area, says, verdict }) => {
    const original = await area.inputValue();
    await area.fill(READS.replace('VALUE', 'miss'));
    await area.press('Control+Enter');
    await says('✓ 2 expectations hold');
    await area.press('End');
    await area.pressSequentially(' ');
    await says('Edited since the last run.');
    await element.getByRole('button', { name: 'Start over' }).click();
    assert.equal(await area.inputValue(), original);
    assert.equal(await element.locator('.results').isVisible(), false);
    assert.equal(await element.locator('.mark').count(), 0);
    assert.equal(await verdict.textContent(), '');
    assert.equal(await element.getByRole('button', { name: 'Start over' }).isVisible(), false);
  }));

await test('Tab and Shift+Tab leave the editor', () =>
  on('/plain.html', async ({ page, area }) => {
    const focused = () => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.textContent);
    const text = await area.inputValue();
    await area.focus();
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'Run');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    assert.equal(await focused(), undefined);
    assert.equal(await area.inputValue(), text);
  }));

await test('the attribute readonly keeps the text', () =>
  on('/readonly.html', async ({ area, run, says }) => {
    assert.equal(await area.evaluate((textarea) => textarea.readOnly), true);
    await run.click();
    await says('✓ 2 expectations hold');
  }));

await test('a prediction is marked only when each blank is filled in', () =>
  on('/predict.html', async ({ page, element, area, run, says }) => {
    const events = page.evaluate(() => new Promise((resolve) => addEventListener('pagewalk-result', ({ detail }) => resolve(detail))));
    // If the test fails before, its page closes.
    events.catch(() => {});
    await run.click();
    await says('Replace each ? with your prediction: 1 left.');
    assert.equal(await element.locator('.results').isVisible(), false);
    assert.equal(await element.getByRole('link').isVisible(), false);
    // The blank is selected, so the next word replaces it.
    await page.keyboard.type('hit');
    await page.keyboard.press('Control+Enter');
    await says('✗ 1 of 2 predictions failed');
    assert.match(await element.locator('.results').innerText(), /no valid entry of set 3 has tag 0x03/);
    const { verdict, failed, checks } = await events;
    assert.deepEqual({ verdict, failed, checks }, { verdict: 'fails', failed: 1, checks: 2 });
    await area.fill(READS.replace('VALUE', 'miss'));
    await area.press('Control+Enter');
    await says('✓ 2 predictions hold');
  }));

await test('without a blank, a prediction is written down before the results', () =>
  on('/guess.html', async ({ page, element, run, says }) => {
    await run.click();
    await says('Write your prediction first.');
    assert.equal(await element.locator('.results').isVisible(), false);
    await page.keyboard.type('a page fault');
    await page.keyboard.press('Enter');
    await element.locator('.results').waitFor();
    assert.equal(await element.getByLabel('Your prediction').inputValue(), 'a page fault');
    await element.getByRole('button', { name: 'Start over' }).click();
    assert.equal(await element.getByLabel('Your prediction').inputValue(), '');
  }));

await test('a mistake has a fix to press', () =>
  on('/mistake.html', async ({ element, area, run, says }) => {
    await run.click();
    await says('✗ 1 mistake');
    await element.getByRole('button', { name: 'Write `read`' }).click();
    await says('The script ran.');
    assert.equal(await area.inputValue(), 'machine simple\nread 0x03D4');
  }));

await test('a figure is drawn in the colors of the page', () =>
  on('/figure.html', async ({ element, run }) => {
    await run.click();
    await element.locator('.results svg title').first().waitFor({ state: 'attached' });
    assert.equal(await element.locator('.results svg').count(), 1);
    assert.match(await element.locator('.results svg desc').textContent(), /tlb misses in set 3/i);
  }));

await test('in an exercise that is read only, a person can write the predictions, and change nothing else', () =>
  on('/fixed.html', async ({ page, area, run, says }) => {
    await run.click();
    // The first blank is selected.
    await page.keyboard.type('miss');
    await page.keyboard.press('Control+Enter');
    await says('✓ 2 predictions hold');
    await area.press('Control+End');
    await page.keyboard.type('read 0');
    await run.click();
    await says('Change only the values that were ?. “Start over” returns to them.');
    await page.getByRole('button', { name: 'Start over' }).click();
    await run.click();
    await says('Replace each ? with your prediction: 1 left.');
  }));

await test('a script without end leaves the page responsive, stops at once, and delays no other one', () =>
  on('/endless.html', async ({ page, element, run, says }) => {
    await run.click();
    await says('Running…');
    await page.waitForTimeout(700);
    await responsive(page);
    const other = page.locator('pagewalk-script').nth(1);
    await other.getByRole('button', { name: 'Run' }).click();
    await other.getByRole('status').getByText('✓ 1 expectation holds').waitFor();
    const stopped = await element.evaluate((script) => {
      const start = performance.now();
      script.shadowRoot.querySelectorAll('button')[1].click();
      return { ms: performance.now() - start, text: script.shadowRoot.querySelector('[role=status]').textContent };
    });
    assert.ok(stopped.ms < 100, `${stopped.ms} ms`);
    assert.equal(stopped.text, 'Stopped.');
    assert.equal(await run.isVisible(), true);
  }));

await test('a script that needs too much memory ends with a sentence, and the next run works', () =>
  on('/memory.html', async ({ element, area, run, says }) => {
    await run.click();
    await element.getByRole('status').getByText(/^✗ 1 mistake/).waitFor({ timeout: 60_000 });
    assert.match(await element.locator('.results').innerText(), /memory/);
    await area.fill('machine simple\nread 0 => tlb miss');
    await area.press('Control+Enter');
    await says('✓ 1 expectation holds');
  }));

await test('a long loop shows its first results', () =>
  on('/loop.html', async ({ element, run, says }) => {
    await run.click();
    await says('✓ 20000 expectations hold');
    assert.ok((await element.locator('.row').count()) < 1000);
  }));

await test('titles, strings, names, and questions add no elements and run nothing', () =>
  on('/hostile.html', async ({ element, run, page }) => {
    await run.click();
    await element.locator('.results').waitFor();
    await page.waitForTimeout(200);
    const strange = await element.evaluate((script) => [...script.shadowRoot.querySelectorAll('img, script, iframe, a[href^=javascript], [onload], [onerror]')].length);
    assert.equal(strange, 0);
    assert.match(await element.locator('.results').innerText(), /<img src=x onerror=alert\(1\)>/);
  }));

await test('names of files run nothing, and load nothing from elsewhere', () =>
  on('/files.html', async ({ element, run }) => {
    await run.click();
    await element.getByRole('status').getByText(/mistakes/).waitFor();
    assert.equal(await element.evaluate((script) => script.shadowRoot.querySelectorAll('img, script, iframe, svg, [onload], [onerror]').length), 0);
    const said = await element.locator('.results').innerText();
    for (const name of ['<img src=x onerror=alert(2)>.pw', 'javascript:alert(3)//.pw', 'example.com/x.pw', '__proto__.yaml']) assert.ok(said.includes(name), `${name} in ${said}`);
  }));

await test('the link to the explorer contains the text, and an empty attribute removes the link', async () => {
  await on('/plain.html', async ({ page, element, area }) => {
    const link = element.getByRole('link', { name: 'Open in the explorer' });
    await link.hover();
    await page.waitForFunction(() => document.querySelector('pagewalk-script').shadowRoot.querySelector('a').hash);
    const href = await link.getAttribute('href');
    assert.match(href, /\/pagewalk\/explorer\.html#d[\w-]+$/);
    const text = await page.evaluate(async (data) => {
      const bytes = Uint8Array.from(atob(data.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
      return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))).json();
    }, href.split('#d')[1]);
    assert.equal(text.text, await area.inputValue());
  });
  await on('/none.html', async ({ element }) => assert.equal(await element.getByRole('link').count(), 0));
});

await test('elements that a script adds later work', () =>
  on('/late.html', async ({ page, says }) => {
    await page.evaluate(() => {
      const element = document.createElement('pagewalk-script');
      element.textContent = 'machine simple\nread 0 => tlb miss';
      document.querySelector('main').append(element);
      return element.run();
    });
    await says('✓ 1 expectation holds');
  }));

await test('a server that does not know WebAssembly is enough', async () => {
  const plain = await serve({ '/plain.html': course(`<pagewalk-script>${READS.replace('VALUE', 'miss')}</pagewalk-script>`) }, { '.wasm': 'application/octet-stream' });
  const { page, wrong } = await visit(context, `${plain.origin}/plain.html`);
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText('✓ 2 expectations hold').waitFor();
  assert.deepEqual(wrong, []);
  await page.close();
  await plain.close();
});

const THREE = ['pagewalk-script.js', 'pagewalk-run.js', 'pagewalk-engine.js'];

/** Opens HTML as a file beside the three scripts, as a teacher does. */
async function fromFolder(html, body) {
  const folder = mkdtempSync(join(tmpdir(), 'pagewalk-'));
  for (const name of THREE) cpSync(join(SITE, name), join(folder, name));
  writeFileSync(join(folder, 'page.html'), html);
  const { page, wrong } = await visit(context, pathToFileURL(join(folder, 'page.html')).href);
  await body(page);
  assert.deepEqual(wrong, []);
  await page.close();
}

await test('the page of the guide marks itself', () => {
  const [, html] = /^```html\n(<!doctype html>[^]*?)^```/m.exec(readFileSync(join(ROOT, 'docs/how-to/browser.md'), 'utf8')) ?? [];
  return fromFolder(html, async (page) => {
    await page.getByRole('button', { name: 'Run' }).click();
    for (const value of ['miss', '0x0D', 'hit']) {
      await page.keyboard.type(value);
      await page.keyboard.press('Control+Enter');
    }
    await page.getByRole('status').getByText('✓ 3 predictions hold').waitFor();
    assert.equal(await page.getByRole('link').count(), 0, 'a link to a file that is not there');
  });
});

await test('the page that makes exercises writes HTML that works', async () => {
  const { page, wrong } = await visit(context, `${server.site}exercise.html`);
  await page.getByRole('textbox', { name: 'Script' }).fill('machine simple\nlet x = 1 << 2\nread 0x03D4 => tlb ?\nexpect x < 5 and x == 4 # "&amp;"\n');
  await page.waitForFunction(() => document.querySelector('#element').textContent.includes('x &lt; 5'));
  const html = await page.locator('#element').textContent();
  const frame = await page.locator('#frame').textContent();
  const preview = page.frameLocator('#preview');
  await preview.getByRole('button', { name: 'Run' }).click();
  await preview.getByText('Replace each ? with your prediction: 1 left.').waitFor();
  await page.reload();
  // The explorer of a server on the author's computer would be a dead link for students.
  assert.match(html, /<pagewalk-script predict explorer="">/);
  assert.match(await page.getByRole('textbox', { name: 'Script' }).inputValue(), /x == 4 # "&amp;"/);
  assert.deepEqual(wrong, []);
  await page.close();
  const solved = async (from) => {
    await from.getByRole('button', { name: 'Run' }).click();
    await from.locator('textarea').pressSequentially('miss');
    await from.locator('textarea').press('Control+Enter');
    await from.getByRole('status').getByText('✓ 2 predictions hold').waitFor();
  };
  await fromFolder(`<!doctype html><meta charset="utf-8"><title>Own</title>${html}`, solved);
  const { page: platform } = await visit(context, `${server.origin}/frame.html`);
  await platform.evaluate((text) => document.body.insertAdjacentHTML('beforeend', text), frame);
  await solved(platform.frameLocator('iframe'));
  await platform.close();
});

await test('a damaged link to an exercise says so, and stays until an edit', async () => {
  const shared = deflateSync(JSON.stringify({ text: 'machine simple\nread 0x03D4 => tlb ?', readonly: true })).toString('base64url');
  const { page, wrong } = await visit(context, `${server.site}exercise.html#d${shared.slice(0, -6)}`);
  const says = page.getByRole('alert').getByText('This link contains no script. Copy the whole link.');
  const script = page.getByRole('textbox', { name: 'Script' });
  await says.waitFor();
  await page.waitForFunction(() => document.querySelector('#frame').textContent);
  assert.equal(new URL(page.url()).hash, `#d${shared.slice(0, -6)}`);
  await looksRight(page, 'a damaged link', [360, 1366]);
  // The whole link, with the end of a sentence.
  await page.evaluate((to) => (location.hash = to), `d${shared}.`);
  await says.waitFor({ state: 'detached' });
  assert.equal(await script.inputValue(), 'machine simple\nread 0x03D4 => tlb ?');
  assert.equal(await page.locator('#readonly').isChecked(), true);
  await page.evaluate(() => (location.hash = 'zAAAA'));
  await says.waitFor();
  assert.equal(await script.inputValue(), 'machine simple\nread 0x03D4 => tlb ?');
  const steps = await page.evaluate(() => history.length);
  await script.fill('machine simple\nread 0x03D5 => tlb ?\n');
  await says.waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.querySelector('#preview').contentDocument.querySelector('pagewalk-script')?.text.includes('0x03D5'));
  assert.equal(await page.evaluate(() => history.length), steps);
  // The link to the contents leaves the exercise in the address.
  await page.locator('.skip').press('Enter');
  await page.reload();
  await page.waitForFunction(() => document.querySelector('#frame').textContent);
  assert.equal(await script.inputValue(), 'machine simple\nread 0x03D5 => tlb ?');
  assert.deepEqual(wrong, []);
  await page.close();
});

await test('a page of another origin loads the element and the engine', async () => {
  const other = await serve({ '/other.html': course(`<pagewalk-script>${READS.replace('VALUE', 'miss')}</pagewalk-script>`, `<script src="${server.site}pagewalk-script.js"></script>`) });
  const page = await context.newPage();
  await page.goto(`${other.origin}/other.html`);
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText('✓ 2 expectations hold').waitFor();
  await page.close();
  await other.close();
});

await test('a missing engine is reported, and the next run tries again', () =>
  on('/plain.html', async ({ page, run, says, verdict }) => {
    let missing = true;
    await page.route(/engine\.wasm|pagewalk-engine\.js/, (route) => (missing ? route.fulfill({ status: 404, body: '' }) : route.continue()));
    await run.click();
    await verdict.getByText(/^The engine is not at http/).waitFor();
    missing = false;
    await run.click();
    await says('✓ 2 expectations hold');
    // The browser reports each missing file itself.
    page.removeAllListeners('console');
  }).catch((error) => {
    if (!/404/.test(error.message)) throw error;
  }));

await test('a frame shows the text of its fragment, and reports its height and the result', () =>
  on('/frame.html', async ({ page }) => {
    const heights = await page.evaluate(
      async ([site, text]) => {
        const seen = [];
        addEventListener('message', ({ data }) => seen.push(data.pagewalk));
        const bytes = new TextEncoder().encode(JSON.stringify({ text, predict: true, onload: 'alert(1)' }));
        const frame = document.createElement('iframe');
        frame.title = 'Exercise';
        frame.src = `${site}embed.html#u${btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (sign) => ({ '+': '-', '/': '_' })[sign] ?? '')}`;
        document.body.append(frame);
        globalThis.seen = seen;
        while (!seen.some(({ height }) => height > 100)) await new Promise((resolve) => setTimeout(resolve, 20));
        return seen.map(({ height }) => height);
      },
      [server.site, READS.replace('VALUE', '?')],
    );
    assert.ok(heights.at(-1) > 100);
    const frame = page.frameLocator('iframe');
    await frame.getByRole('button', { name: 'Run' }).click();
    await page.keyboard.type('miss');
    await page.keyboard.press('Control+Enter');
    await frame.getByText('✓ 2 predictions hold').waitFor();
    const result = await page.evaluate(() => globalThis.seen.find(({ result: of }) => of)?.result);
    assert.equal(result.verdict, 'passes');
    assert.ok(await page.evaluate(() => globalThis.seen.at(-1).height > 150 || globalThis.seen.some(({ height }) => height > 150)));
  }));

await test('a link that is cut, or that expands to too much, shows a sentence', async () => {
  const bomb = deflateRawSync(JSON.stringify({ text: ' '.repeat(50 << 20) })).toString('base64url');
  for (const fragment of ['zAAAA', 'u!', 'ue30', 'q', '', `z${bomb}`, `d${deflateSync(JSON.stringify({ text: ' '.repeat(50 << 20) })).toString('base64url')}`]) {
    const { page, wrong } = await visit(context, `${server.site}embed.html#${fragment}`);
    await page.getByText('This link contains no script.').waitFor();
    assert.deepEqual(wrong, [], fragment.slice(0, 20));
    await page.close();
  }
});

await test('the text of a link adds no elements and runs nothing', async () => {
  const text = '</pre></pagewalk-script><img src=x onerror=alert(1)><script>alert(2)</script>';
  const shared = { text, name: '"><img src=x onerror=alert(3)>', predict: '"onload=alert(4)', onclick: 'alert(5)' };
  const { page, wrong } = await visit(context, `${server.site}embed.html#u${Buffer.from(JSON.stringify(shared)).toString('base64url')}`);
  const element = page.locator('pagewalk-script');
  assert.equal(await element.locator('textarea').inputValue(), text);
  await element.getByRole('button', { name: 'Run' }).click();
  await element.getByRole('status').getByText(/mistake/).waitFor();
  assert.equal(await page.locator('main img, main script').count(), 0);
  assert.deepEqual(await element.evaluate((script) => [...script.attributes].map(({ name }) => name)), ['name']);
  assert.deepEqual(wrong, []);
  await page.close();
});

for (const path of ['/wrong.html', '/predict.html', ...(long ? ['/guess.html', '/figure.html', '/mistake.html', '/pagewalk/exercise.html'] : [])]) {
  await test(`axe finds nothing in any colors and widths on ${path}`, () =>
    on(path, async ({ page, run, element }) => {
      if (path.includes('exercise')) await page.waitForFunction(() => document.querySelector('#frame').textContent);
      else {
        await page.evaluate(() => document.head.insertAdjacentHTML('beforeend', '<meta name="color-scheme" content="light dark">'));
        await run.click();
        if (!/predict|guess/.test(path)) await element.locator('.results').waitFor();
      }
      await looksRight(page, path);
    }));
}

await test('a prediction has no results in the page before it is complete', async () => {
  for (const path of ['/predict.html', '/guess.html']) {
    await on(path, async ({ element, run }) => {
      await run.click();
      // Without a value for each blank, the engine does not even load.
      const inside = await element.evaluate(({ shadowRoot }) => ({ text: shadowRoot.querySelector('.results').textContent, marks: shadowRoot.querySelectorAll('.mark').length }));
      assert.deepEqual(inside, { text: '', marks: 0 });
    });
  }
});

if (long) {
  await test('Firefox runs the element, from a server, from a file, and in a frame', async () => {
    if (!FIREFOX) return console.log('skipped: no Firefox; run .ci/web install');
    const { default: puppeteer } = await import('puppeteer-core');
    const firefox = await puppeteer.launch({ browser: 'firefox', executablePath: FIREFOX, args: ['--headless'] });
    const folder = mkdtempSync(join(tmpdir(), 'pagewalk-'));
    for (const name of THREE) cpSync(join(SITE, name), join(folder, name));
    writeFileSync(join(folder, 'page.html'), course(`<pagewalk-script>${READS.replace('VALUE', 'miss')}</pagewalk-script>`, '<script src="pagewalk-script.js"></script>'));
    const link = `${server.site}embed.html#u${Buffer.from(JSON.stringify({ text: READS.replace('VALUE', 'miss') })).toString('base64url')}`;
    for (const url of [`${server.origin}/plain.html`, pathToFileURL(join(folder, 'page.html')).href, link]) {
      const page = await firefox.newPage();
      await page.goto(url);
      const said = await page.evaluate(async () => {
        let element;
        while (!(element = document.querySelector('pagewalk-script'))?.shadowRoot) await new Promise((resolve) => setTimeout(resolve, 20));
        await element.run();
        return element.shadowRoot.querySelector('[role=status]').textContent;
      });
      assert.equal(said, '✓ 2 expectations hold', url);
      await page.close();
    }
    await firefox.close();
  });
}

await chrome.close();
await server.close();
done();
