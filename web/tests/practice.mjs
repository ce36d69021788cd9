// Practice files, opened from a folder in Chromium and Firefox: the marks are those of `pagewalk grade`.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import puppeteer from 'puppeteer-core';
import { CHROMIUM, PAGEWALK, ROOT, SITE, browser, done, need, pagewalk, test } from './setup.mjs';

const FIREFOX = [process.env.FIREFOX, '/usr/bin/firefox-esr', '/usr/bin/firefox'].find((path) => path && existsSync(path));
const long = process.argv.includes('--long');
need(CHROMIUM, 'no Chromium; run .ci/web install');
need(existsSync(join(SITE, 'practice-template.html')), 'no site; run .ci/web build');
need(existsSync(PAGEWALK), 'no program; run cargo build');

process.env.PAGEWALK_PRACTICE = join(SITE, 'practice-template.html');
const folder = mkdtempSync(join(tmpdir(), 'pagewalk-practice-'));

/** Makes a practice file with the program, and returns its address. */
function made(script) {
  const { status, stdout, stderr } = pagewalk(['exam', script, '--format', 'practice', '--output', folder]);
  assert.equal(status, 0, stdout + stderr);
  return pathToFileURL(join(folder, script.replace(/^.*\/|\.pw$/g, '') + '.html')).href;
}

/** The first version's code, and its key by field, both from the program. */
function keyed(script) {
  const versions = join(folder, 'versions');
  rmSync(versions, { recursive: true, force: true });
  const exam = pagewalk(['exam', script, '--variants', '1', '--format', 'html', '--key', '--output', versions]);
  assert.equal(exam.status, 0, exam.stderr);
  const name = script.replace(/^.*\/|\.pw$/g, '');
  const list = join(versions, `${name}.versions.csv`);
  const [code] = readFileSync(list, 'utf8').trim().split('\n')[1].split(',');
  const html = readFileSync(join(versions, `${name}-${code}.key.html`), 'utf8');
  const key = {};
  for (const [, field, answer] of html.matchAll(/class="box" data-field="([^"]+)"[^>]*>(?:<bdi>)?<b[^>]*>([^<]*)<\/b>/g)) key[field] = answer.replaceAll('&amp;', '&');
  return { code, key, list };
}

/** The points of each answer, from `pagewalk grade`. */
function graded(script, answers, { code, list }) {
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
  const [csv, marks] = [join(folder, 'answers.csv'), join(folder, 'marks.csv')];
  writeFileSync(csv, `id,version,${Object.keys(answers).map(quoted).join(',')}\na1,${code},${Object.values(answers).map(quoted).join(',')}\n`);
  const grade = pagewalk(['grade', script, csv, '--versions', list, '--output', marks]);
  assert.ok(existsSync(marks), grade.stderr);
  const [head, row] = readFileSync(marks, 'utf8').trim().split('\n').map((line) => line.split(','));
  return Object.fromEntries(head.map((name, at) => [name, Number(row[at])]));
}

const EXAMS = long ? ['address-translation', 'tiny-pte-walk', 'effective-access-time', 'page-table-sizing', 'vipt-tlb-reach'] : ['address-translation', 'tiny-pte-walk'];

/** A page of either browser, with the same few functions. */
async function chromiumPage() {
  const chrome = await browser();
  const page = await (await chrome.newContext()).newPage();
  return { page, fill: (selector, text) => page.fill(selector, text), close: () => chrome.close() };
}
async function firefoxPage() {
  const firefox = await puppeteer.launch({ browser: 'firefox', executablePath: FIREFOX, headless: true });
  const page = await firefox.newPage();
  return { page, close: () => firefox.close() };
}

/** Opens a practice file, writes answers into its blanks, and returns the verdict of each blank. Runs in the page. */
async function practiced(page, answers) {
  await page.waitForSelector('.blank', { timeout: 60_000 });
  return page.evaluate(async (answers) => {
    const wait = (condition) => new Promise((resolve, reject) => {
      const end = Date.now() + 30_000;
      const look = () => (condition() ? resolve() : Date.now() > end ? reject(new Error(document.querySelector('.progress').textContent)) : setTimeout(look, 20));
      look();
    });
    await wait(() => /blanks/.test(document.querySelector('.progress').textContent));
    const own = {};
    for (const place of document.querySelectorAll('.box[data-field]')) {
      const field = place.getAttribute('data-field');
      const input = place.querySelector('input');
      if (!input || !(field in answers)) continue;
      input.value = answers[field];
      input.dispatchEvent(new Event('input'));
      own[field] = place;
    }
    [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Check everything').click();
    await wait(() => Object.values(own).every((place) => place.nextElementSibling?.textContent));
    return {
      code: document.querySelector('.code').textContent,
      progress: document.querySelector('.progress').textContent,
      verdicts: Object.fromEntries(Object.entries(own).map(([field, place]) => [field, place.nextElementSibling.firstElementChild.textContent])),
      points: Object.fromEntries(Object.entries(own).map(([field, place]) => [field, Number(place.nextElementSibling.dataset.points)])),
      reasons: document.querySelectorAll('.verdict details').length,
    };
  }, answers);
}

for (const [name, open] of [['Chromium', chromiumPage], ...(FIREFOX ? [['Firefox', firefoxPage]] : [])]) {
  for (const exam of EXAMS) {
    await test(`${name} marks ${exam} as the program does`, async () => {
      const script = `examples/exams/${exam}.pw`;
      const url = made(script);
      const first = keyed(script);
      // Every third answer is right, and the others are those of people who calculate wrongly, guess, or write nonsense.
      const guesses = ['0x0F', '3', 'Y', '0D', '-', 'hit', '12', 'n', '0', 'zzz', '4 KB', '0x354'];
      const answers = Object.fromEntries(Object.entries(first.key).map(([field, right], at) => [field, at % 3 === 0 ? right : guesses[(at * 5 + 1) % guesses.length]]));
      const points = graded(script, answers, first);
      const { page, close } = await open();
      try {
        await page.goto(url);
        const shown = await practiced(page, answers);
        assert.equal(shown.code, `Version ${first.code}`);
        assert.ok(Object.keys(shown.points).length > 5);
        for (const [field, own] of Object.entries(shown.points)) {
          assert.ok(Math.abs(own - points[field]) < 0.006, `${field}: ${answers[field]} is worth ${points[field]}, not ${own}`);
        }
        assert.ok(Object.values(shown.points).some((own) => own > 0));
        assert.ok(shown.reasons > 0);
      } finally {
        await close();
      }
    });
  }
}
if (!FIREFOX) console.log('skipped: no Firefox; run .ci/web install');

await test('a new version differs, and answers last', async () => {
  const { page, close } = await chromiumPage();
  await page.goto(made('examples/exams/address-translation.pw'));
  await page.waitForSelector('.blank');
  const first = await page.locator('.code').innerText();
  await page.getByRole('button', { name: 'New version' }).click();
  await page.waitForFunction((code) => document.querySelector('.code').textContent !== code, first);
  const second = await page.locator('.code').innerText();
  await page.locator('.blank').first().fill('0x0F');
  await page.locator('.blank').first().press('Enter');
  await page.locator('.verdict > span').first().waitFor();
  await page.reload();
  await page.waitForSelector('.verdict > span');
  assert.equal(await page.locator('.code').innerText(), second);
  assert.equal(await page.locator('.blank').first().inputValue(), '0x0F');
  await close();
});

await test('an answer that follows from a wrong one counts, and a wrong one has a reason that names only itself', async () => {
  const script = join(folder, 'walk.pw');
  writeFileSync(script, 'machine simple\nset page_table {\n| vpn ppn v |\n|  0F  0D 1 |\n}\nquestion "Walk" { ask read 0x3D4 => vpn, ppn, pa }\n');
  const { page, close } = await chromiumPage();
  await page.goto(made(script));
  await page.waitForSelector('.blank');
  const shown = await practiced(page, { '1.vpn': '0F', '1.ppn': '0E', '1.pa': '394' });
  // The PPN 0x0E with the VPO 0x14 is the address 0b001110_010100, 0x394.
  assert.deepEqual(shown.verdicts, { '1.vpn': 'right', '1.ppn': 'wrong', '1.pa': 'follows from your earlier answer' });
  const reason = await page.locator('.verdict details > p').first().textContent();
  assert.ok(reason.includes('PPN 0x0D') && !reason.includes('0x354'), reason);
  await close();
});

await test('titles, texts, and answers run nothing', async () => {
  const evil = '</script><script>document.title = 1</script><img src=x onerror=alert(1)>';
  const script = join(folder, 'evil.pw');
  writeFileSync(script, `exam { title "${evil}" }\nquestion "${evil}" { text "${evil}"; choose n in 1..9; ask "${evil}" = n; choice "${evil}" { option "${evil}" where true; option "b" where false } }\n`);
  const { page, close } = await chromiumPage();
  const wrong = [];
  page.on('dialog', (dialog) => (wrong.push(dialog.message()), dialog.dismiss()));
  page.on('pageerror', (error) => wrong.push(error.message));
  await page.goto(made(script));
  await page.waitForSelector('.blank');
  await page.locator('.blank').first().fill(evil);
  await page.locator('.blank').first().press('Enter');
  await page.locator('.verdict > span').first().waitFor();
  assert.equal(await page.locator('main img, main script').count(), 0);
  assert.deepEqual(wrong, []);
  await close();
});

await test('axe finds nothing, nothing scrolls sideways, and the print has empty boxes', async () => {
  const chrome = await browser();
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [360, 800, 1366]) {
      const page = await (await chrome.newContext({ colorScheme, viewport: { width, height: 800 } })).newPage();
      await page.goto(made('examples/exams/address-translation.pw'));
      await page.waitForSelector('.blank');
      await page.locator('.blank').first().fill('99');
      await page.locator('.blank').first().press('Enter');
      await page.locator('.verdict > span').first().waitFor();
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${width} px`);
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 150)}`), []);
      await page.emulateMedia({ media: 'print' });
      assert.equal(await page.locator('.verdict').first().isVisible(), false);
      assert.equal(await page.locator('.blank').first().evaluate((blank) => getComputedStyle(blank).color), 'rgba(0, 0, 0, 0)');
      await page.close();
    }
  }
  await chrome.close();
});

rmSync(folder, { recursive: true, force: true });
done();
