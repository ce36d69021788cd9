// Simulates an instructor who uses the extension in VS Code, which code-server serves to a headless Chromium.
// `session.js PAGEWALK VSIX EXAMPLES PLACE` writes PLACE/screenshots/*.png and ends every process that it starts.
import { chromium } from 'playwright-core';
import { spawn, spawnSync } from 'node:child_process';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

const [pagewalk, vsix, examples, place] = process.argv.slice(2);
const scratch = fs.mkdtempSync(path.join(place, 'session-'));
const shots = path.join(place, 'screenshots');
const folder = path.join(scratch, 'course');
const user = path.join(scratch, 'user');
fs.rmSync(shots, { recursive: true, force: true });
for (const at of [shots, folder, path.join(user, 'User'), path.join(user, 'Machine')]) fs.mkdirSync(at, { recursive: true });

// The lecture's example with one wrong fact and one missing fact. The PPN of VPN 0x0F is 0x0D, and the byte is 0x36.
const SCRIPT = 'simple-memory-system.pw';
const lecture = fs.readFileSync(path.join(examples, SCRIPT), 'utf8');
const wrong = lecture.replace('fault none, ppn 0x0D', 'fault none, ppn 0x0E').replace('cache hit, byte 0x36', 'cache hit');
assert.notEqual(wrong, lecture);
fs.writeFileSync(path.join(folder, SCRIPT), wrong);
const EXAM = 'address-translation.pw';
fs.copyFileSync(path.join(examples, 'exams', EXAM), path.join(folder, EXAM));
fs.writeFileSync(
  path.join(user, 'User', 'settings.json'),
  JSON.stringify({
    'chat.disableAIFeatures': true,
    'git.enabled': false,
    'security.workspace.trust.enabled': false,
    'telemetry.telemetryLevel': 'off',
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'workbench.startupEditor': 'none',
    'workbench.tips.enabled': false,
  }),
);

// The path is a setting of the machine that runs the server. At first, it names a program that does not exist.
fs.writeFileSync(path.join(user, 'Machine', 'settings.json'), JSON.stringify({ 'pagewalk.path': '/nowhere/pagewalk' }));

const flags = ['--user-data-dir', user, '--extensions-dir', path.join(scratch, 'extensions')];
const entry = path.join(place, 'code-server', 'node_modules', 'code-server', 'out', 'node', 'entry.js');
const env = { ...process.env, HOME: scratch, XDG_CONFIG_HOME: scratch, XDG_DATA_HOME: scratch, XDG_CACHE_HOME: scratch };

/** Finds a free port on this machine. */
function free() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Waits until a condition holds. The error after a timeout contains the description of the condition. */
async function until(what, holds, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < end) {
    try {
      const found = await holds();
      if (found) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited ${seconds} s for: ${what}${last ? ` (${last.message})` : ''}`);
}

/** Returns the server processes of a program, from /proc. */
function processes(program) {
  return fs
    .readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, 2).join(' ') === `${program} lsp`;
      } catch {
        return false;
      }
    });
}

class Session {
  constructor(page) {
    this.page = page;
    this.count = 0;
  }

  /** Returns all text in the editors, including hints and lenses. */
  async text() {
    const lines = await this.page.locator('.monaco-editor .view-line').allTextContents();
    return lines.join('\n').replaceAll('\u00a0', ' ');
  }

  async sees(what, seconds) {
    await until(`"${what}" in an editor`, async () => (await this.text()).includes(what), seconds);
  }

  /** Waits for a webview that contains an element and whose text satisfies a condition. */
  async webview(selector, holds = () => true) {
    return until(`a view with ${selector}`, async () => {
      for (const frame of this.page.frames().slice(1)) {
        const found = frame.locator(selector);
        if ((await found.count()) > 0) {
          const text = await frame.locator('body').innerText();
          if (holds(text)) return { frame, text };
        }
      }
      return undefined;
    });
  }

  async shot(name) {
    await this.page.waitForTimeout(600);
    await this.page.screenshot({ path: path.join(shots, `${++this.count}-${name}.png`) });
    console.log(`seen: ${name}`);
  }

  async open(file) {
    await this.page.keyboard.press('Control+P');
    await this.page.keyboard.type(file);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: file }).first().waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.locator('.tab.active', { hasText: file }).waitFor();
  }

  async command(title) {
    await this.page.keyboard.press('F1');
    await this.page.keyboard.type(title);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().waitFor();
    await this.page.keyboard.press('Enter');
  }

  /** Moves the cursor to a line and a column of the script. */
  async goto(line, column) {
    await this.page.keyboard.press('Control+G');
    await this.page.keyboard.type(`${line}:${column}`);
    await this.page.waitForTimeout(300);
    await this.page.keyboard.press('Enter');
  }
}

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

let server;
let browser;
let session;
let failed;
try {
  const installed = spawnSync(process.execPath, [entry, ...flags, '--install-extension', vsix], { env, encoding: 'utf8', timeout: 120_000 });
  assert.match(installed.stdout, /successfully installed/, installed.stdout + installed.stderr);
  const port = await free();
  const log = fs.openSync(path.join(place, 'code-server.log'), 'w');
  server = spawn(
    process.execPath,
    [entry, ...flags, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'],
    { env, stdio: ['ignore', log, log], detached: true },
  );
  await until('code-server to answer', async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok);
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 1500, height: 950 } });
  page.setDefaultTimeout(60_000);
  session = new Session(page);
  await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`);
  await page.locator('.explorer-folders-view', { hasText: SCRIPT }).waitFor();
  await main(session);
} catch (error) {
  failed = error;
  await session?.page.screenshot({ path: path.join(shots, 'failed.png') }).catch(() => undefined);
  if (session) console.error(await session.text().catch(() => ''));
} finally {
  await browser?.close();
  if (server?.pid) {
    try {
      process.kill(-server.pid, 'SIGTERM');
      await until('code-server to end', async () => server.exitCode !== null || server.signalCode !== null, 15);
    } catch {
      process.kill(-server.pid, 'SIGKILL');
    }
  }
}
try {
  if (!failed) {
    await until('the language server to end', async () => processes(pagewalk).length === 0, 15);
    console.log('no process is left');
  }
} catch (error) {
  failed = error;
}
fs.rmSync(scratch, { recursive: true, force: true });
if (failed) {
  console.error(failed);
  process.exit(1);
}
console.log(`screenshots in ${shots}`);
