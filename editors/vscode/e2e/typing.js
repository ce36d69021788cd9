// Types scripts key by key in VS Code with its default settings, and compares the saved files with the scripts.
// `typing.js PAGEWALK VSIX PLACE MILLISECONDS [--plain] SCRIPT…` types the scripts with this delay between keys. With `--plain`,
// VS Code inserts no indentation and no closing brackets, for scripts that align their lines differently.
import fs from 'node:fs';
import path from 'node:path';
import { until, withVsCode } from './workbench.js';

const [pagewalk, vsix, place, milliseconds, ...rest] = process.argv.slice(2);
const scripts = rest.filter((argument) => argument !== '--plain');
const plain = scripts.length < rest.length;
const settings = plain ? { 'editor.autoIndent': 'none', 'editor.autoClosingBrackets': 'never', 'editor.autoClosingQuotes': 'never' } : {};
const delay = Number(milliseconds);
const language = JSON.parse(fs.readFileSync(new URL('language-configuration.json', import.meta.url), 'utf8'));
const increases = new RegExp(language.indentationRules.increaseIndentPattern);
const indentation = (line) => /^ */.exec(line)[0].length;

/** Presses a key several times. */
async function press(page, key, times) {
  for (let time = 0; time < times; time++) await page.keyboard.press(key, { delay });
}

/**
 * Types a script as a user does. VS Code indents the lines and inserts the closing brackets of blocks, so the keys for these
 * characters are arrow keys.
 */
async function type(page, text) {
  let above = '';
  for (const [number, line] of text.replace(/\n$/, '').split('\n').entries()) {
    const content = line.trim();
    let rest = content;
    if (number > 0) {
      if (/^[})\]]/.test(content)) {
        // While a list is open, the arrow would move its selection.
        await page.keyboard.press('Escape', { delay });
        await page.keyboard.press('ArrowDown', { delay });
        await page.keyboard.press('End', { delay });
        rest = content.slice(1);
      } else {
        await page.keyboard.press('Enter', { delay });
        const extra = indentation(line) - indentation(above) - (increases.test(above) ? 2 : 0);
        if (content !== '') await press(page, extra > 0 ? ' ' : 'Backspace', extra > 0 ? extra : -extra / 2);
      }
    }
    await page.keyboard.type(rest, { delay });
    if (content !== '') above = line;
  }
}

const files = Object.fromEntries(scripts.map((script) => [path.basename(script), '']));
await withVsCode({ pagewalk, vsix, place, shots: 'typing', files, settings }, async (session, folder) => {
  const { page } = session;
  for (const script of scripts) {
    const name = path.basename(script);
    const wanted = fs.readFileSync(script, 'utf8').replace(/\n$/, '');
    await session.open(name);
    await page.locator('.monaco-editor.focused, .monaco-editor .inputarea').first().waitFor();
    await (plain ? page.keyboard.type(wanted, { delay }) : type(page, wanted));
    await page.keyboard.press('Escape');
    const saved = path.join(folder, name);
    await page.keyboard.press('Control+S');
    await until(`${name} to be saved`, async () => fs.statSync(saved).size > 0);
    await page.waitForTimeout(2000);
    const actual = fs.readFileSync(saved, 'utf8');
    if (actual !== wanted) {
      await session.shot(`wrong ${name}`);
      const kept = path.join(place, `typed-${name}`);
      fs.writeFileSync(kept, actual);
      throw new Error(`${name} differs from the typed script: diff ${script} ${kept}`);
    }
    console.log(`typed as written: ${name} (${wanted.length} characters)`);
  }
  await session.shot('the last script');
});
