// Simulates an author whose script differs from its golden file, and who blesses one case and runs the tests.
// `golden.js PAGEWALK VSIX PLACE` writes PLACE/golden/*.png.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { until, withVsCode } from './workbench.js';

const [pagewalk, vsix, place] = process.argv.slice(2);

const SCRIPT = 'tlb.pw';
const GOLDEN = 'tlb.golden.yaml';
const script = `machine simple
set page_table {
  | vpn ppn v |
  | 0F  0D  1 |
}
translate 0x3D4
scenario "again" {
  translate 0x3D4
}
scenario "next" {
  translate 0x3D5
}
`;

/** Returns the golden file that the program writes for the script. */
function golden() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pagewalk-'));
  fs.writeFileSync(path.join(folder, SCRIPT), script);
  execFileSync(pagewalk, ['test', '--bless', SCRIPT], { cwd: folder, env: { ...process.env, CI: '' } });
  const text = fs.readFileSync(path.join(folder, GOLDEN), 'utf8');
  fs.rmSync(folder, { recursive: true });
  return text;
}

const right = golden();
// In both scenarios, the TLB contains the page.
const [own, again, next] = right.split('- scenario:');
const miss = (text) => text.replace('tlb hit', 'tlb miss');
const wrong = [own, miss(again), miss(next)].join('- scenario:');
const blessed = [own, again, miss(next)].join('- scenario:');
assert.equal(new Set([right, wrong, blessed]).size, 3);

async function main(session, folder) {
  const { page } = session;
  await session.open(SCRIPT);
  const marks = page.locator('.squiggly-info');
  await until('the marks of two statements', async () => (await marks.count()) === 2);
  await session.shot('two statements differ');
  await session.goto(8, 5);
  await page.keyboard.press('Control+K');
  await page.keyboard.press('Control+I');
  await page.locator('.monaco-hover:visible', { hasText: 'differs from the golden file: tlb miss → hit' }).first().waitFor();
  await session.shot('the fact that differs');
  await page.keyboard.press('Escape');

  await page.keyboard.press('Control+.');
  const action = (title) => page.locator('.action-widget .monaco-list-row', { hasText: title }).first();
  await action('Bless this case').waitFor();
  await session.shot('the quick fixes');
  await action('Bless this case').click();
  await until('the golden file to be saved', async () => fs.readFileSync(path.join(folder, GOLDEN), 'utf8') === blessed);
  await until('one mark to go', async () => (await marks.count()) === 1);
  await session.shot('one case is blessed');

  await session.command('Testing: Focus on Test Explorer View');
  const tests = page.locator('.test-explorer .monaco-list-row');
  await tests.filter({ hasText: SCRIPT }).first().waitFor();
  await session.command('Test: Run All Tests');
  await page.locator('.test-explorer', { hasText: '2/3' }).first().waitFor();
  await session.shot('two of three cases pass');

  await page.locator('.tab', { hasText: SCRIPT }).first().click();
  await session.goto(11, 5);
  await page.locator('.codicon-light-bulb, .codicon-gutter-lightbulb').first().waitFor();
  await page.waitForTimeout(500);
  await page.keyboard.press('Control+.');
  await action('Show golden').click();
  await page.locator('.tab.active', { hasText: GOLDEN }).waitFor();
  await session.shot('the golden file');
}

await withVsCode({ pagewalk, vsix, place, shots: 'golden', files: { [SCRIPT]: script, [GOLDEN]: wrong } }, main);
