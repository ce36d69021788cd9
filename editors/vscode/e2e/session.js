// Simulates an instructor who uses the extension in VS Code.
// `session.js PAGEWALK VSIX EXAMPLES PLACE` writes PLACE/screenshots/*.png.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { until, withVsCode } from './workbench.js';

const [pagewalk, vsix, examples, place] = process.argv.slice(2);

// The lecture's example with one wrong fact and one missing fact. The PPN of VPN 0x0F is 0x0D, and the byte is 0x36.
const SCRIPT = 'simple-memory-system.pw';
const lecture = fs.readFileSync(path.join(examples, SCRIPT), 'utf8');
const wrong = lecture.replace('fault none, ppn 0x0D', 'fault none, ppn 0x0E').replace('cache hit, byte 0x36', 'cache hit');
assert.notEqual(wrong, lecture);
const EXAM = 'address-translation.pw';
const BARE = 'student.pw';
const bare = 'machine simple\ntranslate 0x03D4\n';
const files = { [SCRIPT]: wrong, [BARE]: bare, [EXAM]: fs.readFileSync(path.join(examples, 'exams', EXAM), 'utf8') };

async function main(session) {
  const { page } = session;
  const lines = wrong.split('\n');
  const line = lines.findIndex((text) => text.includes('ppn 0x0E')) + 1;
  const column = lines[line - 1].indexOf('0x0E') + 2;

  await session.open(SCRIPT);
  await page.locator('.notification-toast', { hasText: '/nowhere/pagewalk' }).waitFor();
  await session.shot('there is no program');
  await page.locator('.notification-toast', { hasText: '/nowhere/pagewalk' }).getByText('Open Settings').click();
  await page.locator('.settings-editor .action-label', { hasText: 'Remote' }).click();
  const setting = page.locator('.settings-editor .setting-item-control input').first();
  await until('the setting', async () => (await setting.inputValue()) === '/nowhere/pagewalk');
  await setting.fill(pagewalk);
  await page.waitForTimeout(500);
  await session.shot('the setting that names it');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.locator('.tab', { hasText: SCRIPT }).click();
  await session.goto(line, column);
  await session.sees('byte 0x36');
  await page.locator('.squiggly-error').first().waitFor();
  await session.shot('a hint tells the byte, and the wrong fact is underlined');

  // By default, VS Code cuts the hints of a line after 43 characters.
  await session.open(BARE);
  await session.sees('tlb miss, walk 1, fault page, vpn 0x0F, vpo 0x14, tlbi 0x3, tlbt 0x03');
  await session.shot('all facts of an access');
  await page.locator('.tab', { hasText: SCRIPT }).click();
  await session.goto(line, column);

  await page.keyboard.press('Control+K');
  await page.keyboard.press('Control+I');
  const hover = page.locator('.monaco-hover:visible', { hasText: '0x0D' });
  await hover.first().waitFor();
  await session.shot('what the failed expectation says');
  await page.keyboard.press('Escape');

  await page.keyboard.press('Control+.');
  const fix = page.locator('.action-widget .monaco-list-row', { hasText: /accept/i });
  await fix.first().waitFor();
  await session.shot('the quick fix');
  await fix.first().click();
  await until('the fact to be mended', async () => /fault none, ppn 0x0D/.test(await session.text()));
  await until('the mark to go', async () => (await page.locator('.squiggly-error').count()) === 0);
  await session.shot('the actual value is accepted');

  await session.command('Pagewalk: Show State');
  const first = await session.webview('nav .where', (text) => text.includes('read 0x03D4'));
  assert.match(first.text, /0x0F/);
  await session.shot('the state at the cursor');
  const at = (text) => Number(/step (\d+) of \d+/.exec(text)[1]);
  await page.keyboard.press('F10');
  const second = await session.webview('nav .where', (text) => at(text) === at(first.text) + 1);
  await session.shot('a step forward by the key');
  await second.frame.locator('button[data-go=back]').click();
  await session.webview('nav .where', (text) => at(text) === at(first.text));
  await session.shot('a step back by the button');
  await page.locator('.tab', { hasText: SCRIPT }).click();
  const other = lines.findIndex((text) => text.includes('read 0x028F')) + 1;
  await session.goto(other, 6);
  await session.webview('nav .where', (text) => text.includes('read 0x028F'));
  await session.shot('the panel follows the cursor');

  await page.locator('.codelens-decoration a', { hasText: /run scenario/i }).first().click();
  await page.locator('.tab', { hasText: 'a TLB hit and a cache hit: run' }).first().waitFor();
  await session.sees('TLB hit? yes');
  await session.shot('a lens runs its scenario');

  await session.open(EXAM);
  await session.command('Pagewalk: Preview Exam');
  const paper = await session.webview('h1', (text) => text.includes('Address translation'));
  // The paper shows no answers: a box contains at most the prefix of a number.
  assert.ok((await paper.frame.locator('.box').count()) > 0);
  assert.match((await paper.frame.locator('.box').allInnerTexts()).join(''), /^(0x|\s)*$/);
  await session.shot('the paper');
  await page.locator('.tab', { hasText: EXAM }).first().click();
  await session.command("Pagewalk: Preview Exam's Key");
  await until('a tab of the key', async () => (await page.locator('.tab', { hasText: 'Key of' }).count()) > 0);
  await until('a key whose boxes are filled', async () => {
    const { frame } = await session.webview('h1 .edition', (text) => /key/i.test(text));
    return (await frame.locator('.box').allInnerTexts()).some((text) => /0x[0-9A-F]/.test(text));
  });
  await session.shot('the key');
}

// At first, the setting names a program that does not exist.
await withVsCode({ pagewalk, vsix, place, shots: 'screenshots', files, pagewalkPath: '/nowhere/pagewalk' }, main);
