// Practice files, opened from a folder in Chromium and, with --long, in Firefox: the marks are those of `pagewalk grade`.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CHROMIUM, FIREFOX, PAGEWALK, SITE, browser, done, looksRight, need, pagewalk, serve, test, visit } from './setup.mjs';

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
  for (const [, field, options] of html.matchAll(/class="choice" data-field="([^"]+)">([^]*?)<\/div>/g)) {
    key[field] = options.split('<li').slice(1).flatMap((option, at) => (option.includes('<b>X</b>') ? 'ABCDEFGH'[at] : [])).join(', ');
  }
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

/** Exams with worksheets, choices, and tables to fill in. */
const EXAMS = ['address-translation', 'tiny-pte-walk', 'page-replacement', ...(long ? ['core-i7-walk', 'effective-access-time', 'fork-cow', 'mmap-private-shared', 'page-faults', 'page-table-sizing', 'vipt-tlb-reach'] : [])];

const chrome = await browser();
const chromiumPage = async (options) => (await chrome.newContext(options)).newPage();
const firefox = long && FIREFOX && (await (await import('puppeteer-core')).default.launch({ browser: 'firefox', executablePath: FIREFOX, headless: true }));

/** Writes answers into the blanks of the open practice file, checks everything, and returns the marks. */
async function practiced(page, answers) {
  await page.waitForSelector('.paper section', { timeout: 60_000 });
  return page.evaluate(async (answers) => {
    const wait = (condition) => new Promise((resolve, reject) => {
      const end = Date.now() + 30_000;
      const look = () => (condition() ? resolve() : Date.now() > end ? reject(new Error(document.querySelector('.progress').textContent)) : setTimeout(look, 20));
      look();
    });
    await wait(() => /blanks/.test(document.querySelector('.progress').textContent));
    const own = {};
    for (const [field, answer] of Object.entries(answers)) {
      const place = document.querySelector(`:is(.box, .choice)[data-field="${field}"]`);
      if (!place) continue;
      const row = place.matches('.fill .box') ? place.closest('tr') : place;
      const ticks = row.querySelectorAll('input:is([type=checkbox], [type=radio])');
      ticks.forEach((tick, at) => answer.split(', ').includes('ABCDEFGH'[at]) && tick.click());
      const input = place.querySelector('input[type=text]');
      if (input) {
        input.value = answer;
        input.dispatchEvent(new Event('input'));
      }
      own[field] = ticks.length ? row.querySelector('.verdict') : place.nextElementSibling;
    }
    [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Check everything').click();
    await wait(() => Object.values(own).every((verdict) => verdict.textContent));
    return {
      code: document.querySelector('.code').textContent,
      progress: document.querySelector('.progress').lastChild.textContent,
      verdicts: Object.fromEntries(Object.entries(own).map(([field, verdict]) => [field, verdict.dataset.verdict])),
      points: Object.fromEntries(Object.entries(own).map(([field, verdict]) => [field, Number(verdict.dataset.points)])),
      reasons: document.querySelectorAll('details').length,
    };
  }, answers);
}

for (const [name, open] of [['Chromium', chromiumPage], ...(firefox ? [['Firefox', () => firefox.newPage()]] : [])]) {
  for (const exam of EXAMS) {
    await test(`${name} marks ${exam} as the program does`, async () => {
      const script = `examples/exams/${exam}.pw`;
      const url = made(script);
      const first = keyed(script);
      // Every third answer is right, and the others are those of people who calculate wrongly, guess, or write nonsense.
      const guesses = ['0x0F', '3', 'Y', '0D', '-', 'hit', '12', 'n', '0', 'zzz', '4 KB', '0x354'];
      const answers = Object.fromEntries(Object.entries(first.key).map(([field, right], at) => [field, at % 3 === 0 ? right : /^[A-H](, [A-H])*$/.test(right) ? 'B' : guesses[(at * 5 + 1) % guesses.length]]));
      const points = graded(script, answers, first);
      const page = await open();
      try {
        await page.goto(url);
        const shown = await practiced(page, answers);
        assert.equal(shown.code, `Version ${first.code}`);
        assert.ok(Object.keys(shown.points).length > 5);
        for (const [field, own] of Object.entries(shown.points)) {
          assert.ok(Math.abs(own - points[field]) < 0.006, `${field}: ${answers[field]} is worth ${points[field]}, not ${own}`);
        }
        const sum = Object.keys(shown.points).reduce((sum, field) => sum + points[field], 0);
        assert.ok(sum > 0 && shown.progress.startsWith(`${Math.round(sum * 100) / 100} of `), `${shown.progress}, not ${sum}`);
        assert.ok(shown.reasons > 0);
      } finally {
        await page.close();
      }
    });
  }
}
if (long && !FIREFOX) console.log('skipped: no Firefox; run .ci/web install');

await test('a new version differs, and answers last', async () => {
  const page = await chromiumPage();
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
  // Each version keeps its answers.
  await page.getByRole('button', { name: 'Earlier version' }).click();
  await page.waitForFunction((code) => document.querySelector('.code').textContent === code, first);
  assert.equal(await page.locator('.blank').first().inputValue(), '');
  await page.getByRole('button', { name: 'New version' }).click();
  await page.waitForSelector('.verdict > span');
  assert.equal(await page.locator('.blank').first().inputValue(), '0x0F');
  await page.getByRole('button', { name: 'Start over' }).click();
  await page.waitForFunction(() => document.querySelector('.blank').value === '');
  await page.context().close();
});

/** Two tabs of a practice file at its first version, and a third one later. */
async function tabs(script) {
  const context = await chrome.newContext();
  const url = made(script);
  const open = async () => {
    const page = await context.newPage();
    await page.goto(url);
    await page.waitForFunction(() => /blanks/.test(document.querySelector('.progress')?.textContent));
    return page;
  };
  return { context, open, first: await open(), second: await open() };
}
const codeOf = (page) => page.locator('.code').innerText();
const turned = async (page, button) => {
  const before = await codeOf(page);
  await page.getByRole('button', { name: button }).click();
  await page.waitForFunction((code) => document.querySelector('.code').textContent !== code && /blanks/.test(document.querySelector('.progress').textContent), before);
};

await test('two tabs of an exam keep the answers of both, and show those of the other', async () => {
  const script = join(folder, 'tabs.pw');
  writeFileSync(script, 'question "Tabs" {\nchoose n in 1..9\nask "a" = n\nask "b" = n\nchoice "c" { option "TLB" where n > 0; option "cache" where n < 0 }\nessay "Why?" space 3 lines\n}\n');
  const { context, open, first, second } = await tabs(script);
  const [a, b] = [0, 1];
  const blank = (page, at) => page.locator('.blank').nth(at);
  await blank(first, a).fill('7');
  await first.locator('textarea').fill('An essay');
  await blank(second, b).fill('8');
  await second.getByRole('checkbox').first().check();
  // Also while the other tab is open.
  await first.waitForFunction(() => document.querySelectorAll('.blank')[1].value === '8' && document.querySelector('.paper [type=checkbox]').checked);
  assert.deepEqual([await blank(second, a).inputValue(), await second.locator('textarea').inputValue()], ['7', 'An essay']);
  // A verdict follows its answer.
  await blank(first, a).press('Enter');
  await second.locator('.verdict > span').first().waitFor();
  await blank(second, a).fill('77');
  await first.locator('.verdict > span').first().waitFor({ state: 'detached' });
  // Another version, and its first version at the same time.
  await turned(second, 'New version');
  await second.locator('textarea').fill('Another essay');
  await blank(first, b).fill('88');
  await first.locator('textarea').fill('An essay, and more');
  assert.equal(await second.locator('textarea').inputValue(), 'Another essay');
  // Each tab stays at its version.
  const codes = [await codeOf(first), await codeOf(second)];
  for (const page of [first, second]) {
    await page.reload();
    await page.waitForFunction(() => /blanks/.test(document.querySelector('.progress')?.textContent));
  }
  assert.deepEqual([await codeOf(first), await codeOf(second)], codes);
  assert.equal(await second.locator('textarea').inputValue(), 'Another essay');
  await first.close();
  await turned(second, 'Earlier version');
  assert.deepEqual([await blank(second, a).inputValue(), await blank(second, b).inputValue(), await second.locator('textarea').inputValue()], ['77', '88', 'An essay, and more']);
  // A new beginning is one for all tabs, and of one version.
  const third = await open();
  await second.getByRole('button', { name: 'Start over' }).click();
  await second.waitForFunction(() => document.querySelector('textarea').value === '');
  if ((await codeOf(third)) !== codes[0]) await turned(third, 'Earlier version');
  await third.waitForFunction(() => document.querySelector('textarea').value === '' && document.querySelector('.blank').value === '');
  await turned(third, 'New version');
  assert.equal(await third.locator('textarea').inputValue(), 'Another essay');
  await context.close();
});

if (long) await test('answers that another tab has written meanwhile stay, also without its message', async () => {
  const { context, first, second } = await tabs('examples/exams/address-translation.pw');
  // Browsers may send no message between files.
  for (const page of [first, second]) await page.evaluate(() => addEventListener('storage', (event) => event.stopImmediatePropagation(), { capture: true }));
  await first.locator('.blank').nth(0).fill('0x0F');
  await second.locator('.blank').nth(1).fill('3');
  await second.getByRole('button', { name: 'Check everything' }).click();
  await second.locator('.verdict > span').first().waitFor();
  await first.locator('.blank').nth(2).fill('5');
  await first.reload();
  await first.waitForSelector('.verdict > span');
  assert.deepEqual(await first.locator('.blank').evaluateAll((all) => all.slice(0, 3).map(({ value }) => value)), ['0x0F', '3', '5']);
  await context.close();
});

await test('an answer that follows from a wrong one counts, and a wrong one has a reason that names only itself', async () => {
  const script = join(folder, 'walk.pw');
  writeFileSync(script, 'machine simple\nset page_table {\n| vpn ppn v |\n|  0F  0D 1 |\n}\nquestion "Walk" { ask read 0x3D4 => vpn, ppn, pa }\n');
  const page = await chromiumPage();
  await page.goto(made(script));
  await page.waitForSelector('.blank');
  const shown = await practiced(page, { '1.vpn': '0F', '1.ppn': '0E', '1.pa': '394' });
  // The PPN 0x0E with the VPO 0x14 is the address 0b001110_010100, 0x394.
  assert.deepEqual(shown.verdicts, { '1.vpn': 'right', '1.ppn': 'wrong', '1.pa': 'carried' });
  const reason = await page.locator('.verdict details > p').first().textContent();
  assert.ok(reason.includes('PPN 0x0D') && !reason.includes('0x354'), reason);
  await page.context().close();
});

await test('before a check, no answer is in the page, for eyes or for screen readers', async () => {
  const script = join(folder, 'covered.pw');
  writeFileSync(script, 'machine simple\nset page_table {\n| vpn ppn v |\n|  0F  0D 1 |\n}\nquestion "Walk" { ask read 0x3D4 => tlbt, pa, fault; choice "Which part translates?" { option "MMU" where true; option "disk" where false } }\n');
  const page = await chromiumPage();
  await page.goto(made(script));
  await page.waitForSelector('.blank');
  // The PA 0x354 is the PPN 0x0D and the VPO 0x14. The script of the exam is in the file, but it has no answers.
  const everything = () => page.evaluate(() => document.body.outerHTML.replace(/<script[^]*?<\/script>/g, ''));
  assert.doesNotMatch(await everything(), /\b(0x)?354\b/);
  assert.equal(await page.locator('.paper input:checked').count(), 0);
  await practiced(page, { '1.1.pa': '355' });
  const reason = page.locator('.verdict details');
  await reason.first().waitFor({ state: 'attached' });
  // A closed disclosure is in no accessibility tree.
  assert.doesNotMatch(JSON.stringify(await page.locator('main').ariaSnapshot()), /\b(0x)?354\b/);
  await page.context().close();
});

await test('titles, texts, and answers run nothing', async () => {
  const evil = '</script><script>document.title = 1</script><img src=x onerror=alert(1)>';
  const script = join(folder, 'evil.pw');
  writeFileSync(script, `exam { title "${evil}" }\nquestion "${evil}" { text "${evil}"; choose n in 1..9; ask "${evil}" = n; choice "${evil}" { option "${evil}" where true; option "b" where false } }\n`);
  const page = await chromiumPage();
  const wrong = [];
  page.on('dialog', (dialog) => (wrong.push(dialog.message()), dialog.dismiss()));
  page.on('pageerror', (error) => wrong.push(error.message));
  // A text that the policy stops has run as far as it could.
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  await page.addInitScript(() => document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => console.error(`policy: ${violatedDirective} ${blockedURI}`)));
  await page.goto(made(script));
  await page.waitForSelector('.blank');
  await page.locator('.blank').first().fill(evil);
  await page.locator('.blank').first().press('Enter');
  await page.locator('.verdict > span').first().waitFor();
  assert.equal(await page.locator('main img, main script').count(), 0);
  assert.deepEqual(wrong, []);
  await page.context().close();
});

await test('a row of boxes to tick is one answer', async () => {
  const script = join(folder, 'ticks.pw');
  const choices = ['a', 'b', 'c'].map((name) => `choice "${name}" { option "TLB" where n > 0; option "cache" where n < 0; option "disk" where n > 0 }`);
  writeFileSync(script, `question "Ticks" {\nchoose n in 1..9\n${choices.join('\n')}\n}\n`);
  const page = await chromiumPage();
  await page.goto(made(script));
  const shown = await practiced(page, { 1.1: 'A, C', 1.2: 'B', 1.3: 'A' });
  assert.deepEqual(shown.verdicts, { 1.1: 'right', 1.2: 'wrong', 1.3: 'wrong' });
  assert.equal(await page.getByRole('checkbox', { name: '1 b: cache' }).isChecked(), true);
  await page.context().close();
});

await test('one option is picked with radio buttons, and several with boxes', async () => {
  const script = join(folder, 'one.pw');
  const single = ['b', 'c'].map((name) => `choice "${name}" { tick one; option "TLB" where n > 0; option "cache" where n < 0; option "disk" where n < 0 }`);
  writeFileSync(script, `question "All that are correct" {\nchoose n in 1..9\nchoice "Tick all of a" { tick one; option "TLB" where n > 0; option "cache" where n < 0 }\n}\nquestion "One" {\nchoose n in 1..9\nchoice "Tick one" { option "TLB" where n > 0; option "cache" where n > 0 }\n}\nquestion "Rows of all" {\nchoose n in 1..9\n${single.join('\n')}\n}\n`);
  const page = await chromiumPage();
  await page.goto(made(script));
  await page.waitForSelector('.paper input');
  const types = await page.evaluate(() => Object.fromEntries([...document.querySelectorAll('.paper input')].map(({ name, type }) => [name, type])));
  assert.deepEqual(types, { 1: 'radio', 2: 'checkbox', 3.1: 'radio', 3.2: 'radio' });
  await page.context().close();
});

await test('a learning platform may show the file in a frame without an origin', async () => {
  const page = await chromiumPage();
  await page.goto('about:blank');
  await page.setContent('<iframe sandbox="allow-scripts" width="800" height="600"></iframe>');
  const file = readFileSync(fileURLToPath(made('examples/exams/address-translation.pw')), 'utf8');
  await page.evaluate((text) => (document.querySelector('iframe').srcdoc = text), file);
  const blank = page.frameLocator('iframe').locator('.blank').first();
  await blank.fill('0F');
  await blank.press('Enter');
  await page.frameLocator('iframe').locator('.verdict > span').first().waitFor();
  await page.context().close();
});

await test('the keyboard alone suffices, and one region speaks', async () => {
  const page = await chromiumPage();
  await page.goto(made('examples/exams/page-replacement.pw'));
  await page.waitForSelector('.blank');
  await page.locator('body').press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'New version');
  while ((await page.evaluate(() => document.activeElement.className)) !== 'blank') await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.ariaLabel), '1a Step 1, Hit (Y/N)');
  await page.keyboard.type('Y');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.notes li:not(:empty), .verdict > span');
  assert.equal(await page.locator('main [role=status]').count(), 1);
  assert.match(await page.locator('[role=status]').textContent(), /^1a Step 1, Hit \(Y\/N\): (right|wrong)\. [\d.]+ of 90 points/);
  await page.context().close();
});

await test('axe finds nothing, nothing scrolls sideways, and the print has empty boxes', async () => {
  for (const exam of ['page-replacement', ...(long ? ['address-translation', ...EXAMS.slice(3)] : [])]) {
    const page = await chromiumPage();
    await page.goto(made(`examples/exams/${exam}.pw`));
    await practiced(page, {});
    await page.locator('.blank').first().fill('99');
    await page.locator('.blank').first().press('Enter');
    await page.locator('.verdict > span').first().waitFor();
    for (const fold of await page.locator('summary:visible').all()) await fold.click();
    await looksRight(page, exam);
    await page.emulateMedia({ media: 'print' });
    for (const hidden of ['.verdict', '.tools', '.progress']) assert.equal(await page.locator(`${hidden}:visible`).count(), 0, hidden);
    assert.equal(await page.locator('.blank').first().evaluate((blank) => getComputedStyle(blank).color), 'rgba(0, 0, 0, 0)');
    assert.ok(await page.locator('.owner').isVisible());
    await page.context().close();
  }
});

await test('the page of the site saves an exam as a file, and explains a script without a paper', async () => {
  const { site, close } = await serve();
  const context = await chrome.newContext({ viewport: { width: 360, height: 800 } });
  const { page, wrong } = await visit(context, `${site}practice.html?exam=exams/tiny-pte-walk.pw`);
  await page.waitForSelector('.blank');
  await looksRight(page, 'the practice page');
  // A change of mind while an exam is being prepared.
  for (const name of ['exams/page-faults.pw', 'exams/fork-cow.pw', 'exams/address-translation.pw']) await page.selectOption('#choose', name);
  await page.waitForFunction(() => document.title === 'Virtual memory');
  // The name of a file is the choice of whoever made it.
  const evil = '<img src=x onerror=alert(1)>"\'<script><b>.pw';
  await page.setInputFiles('#own', { name: evil, mimeType: 'text/plain', buffer: Buffer.from(`question "${'x'}" { ask ${evil} }\n`) });
  await page.getByRole('alert').getByText('<img').waitFor();
  await page.setInputFiles('#own', { name: evil, mimeType: 'text/plain', buffer: Buffer.from('question "Walk" { ask "VPN?" = 15 }\n') });
  await page.waitForFunction(() => document.title === 'Exam');
  assert.equal(await page.locator('main :is(img, script, b)').count(), 0);
  const [named] = await Promise.all([page.waitForEvent('download'), page.click('#save')]);
  await named.saveAs(join(folder, 'evil-name.html'));
  await page.selectOption('#choose', 'exams/address-translation.pw');
  await page.waitForFunction(() => document.title === 'Virtual memory');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save')]);
  const saved = join(folder, download.suggestedFilename());
  await download.saveAs(saved);
  await page.setInputFiles('#own', { name: 'none.pw', mimeType: 'text/plain', buffer: Buffer.from('machine simple\nread 0x3D4\n') });
  await page.getByRole('alert').waitFor();
  assert.equal(await page.getByRole('alert').textContent(), 'the script contains no `question`');
  assert.equal(await page.locator('#save').isDisabled(), true);
  assert.deepEqual(wrong, []);
  await page.goto(pathToFileURL(saved).href);
  await page.waitForSelector('.blank');
  assert.equal(await page.title(), 'Virtual memory');
  await page.goto(pathToFileURL(join(folder, 'evil-name.html')).href);
  await page.waitForSelector('.blank');
  assert.equal(await page.locator('main :is(img, script)').count(), 0);
  assert.deepEqual(wrong, []);
  await context.close();
  await close();
});

await test('the page of the site opens one\'s own script again after a reload, with its answers', async () => {
  const { site, close } = await serve();
  const context = await chrome.newContext();
  const { page, wrong } = await visit(context, `${site}practice.html`);
  await page.waitForFunction(() => document.title === 'Virtual memory');
  await page.setInputFiles('#own', { name: 'own.pw', mimeType: 'text/plain', buffer: Buffer.from('exam { title "My own" }\nquestion "Walk" { ask "VPN?" = 15 }\n') });
  await page.waitForFunction(() => document.title === 'My own');
  await page.locator('.blank').fill('14');
  await page.locator('.blank').press('Enter');
  await page.locator('.verdict > span').waitFor();
  await page.reload();
  await page.locator('.verdict > span').waitFor();
  assert.equal(await page.title(), 'My own');
  assert.equal(await page.locator('.blank').inputValue(), '14');
  assert.equal(await page.locator('#choose option:checked').innerText(), 'own.pw');
  // It stays on offer beside the exams, also after Back.
  await page.selectOption('#choose', 'exams/address-translation.pw');
  await page.waitForFunction(() => document.title === 'Virtual memory');
  await page.reload();
  await page.waitForFunction(() => document.title === 'Virtual memory');
  await page.selectOption('#choose', { label: 'own.pw' });
  await page.waitForFunction(() => document.title === 'My own');
  await page.getByRole('link', { name: 'Book', exact: true }).click();
  await page.waitForURL('**/book/**');
  await page.goBack();
  await page.waitForFunction(() => document.title === 'My own');
  assert.deepEqual(wrong, []);
  await context.close();
  await close();
});

await chrome.close();
if (firefox) await firefox.close();
rmSync(folder, { recursive: true, force: true });
done();
