// A VS Code that code-server serves to a headless Chromium, for the end-to-end tests. `withVsCode` starts both and ends every
// process that it started.
import { chromium } from 'playwright-core';
import { spawn, spawnSync } from 'node:child_process';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

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
  constructor(page, shots) {
    this.page = page;
    this.shots = shots;
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
    await this.page.screenshot({ path: path.join(this.shots, `${++this.count}-${name}.png`) });
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

/**
 * Runs a test in VS Code with the extension, and exits with status 1 if the test fails.
 * @param {{ pagewalk: string, vsix: string, place: string, shots: string, files: Record<string, string>,
 *   settings?: object, pagewalkPath?: string }} setup
 *   the program, the extension, the folder below target/, the name of the folder for screenshots, the files of the open folder,
 *   settings of the user, and the setting `pagewalk.path`, by default the program
 * @param {(session: Session, folder: string) => Promise<void>} test
 */
async function withVsCode({ pagewalk, vsix, place, shots, files, settings = {}, pagewalkPath = pagewalk }, test) {
  const scratch = fs.mkdtempSync(path.join(place, 'session-'));
  shots = path.join(place, shots);
  const folder = path.join(scratch, 'course');
  const user = path.join(scratch, 'user');
  fs.rmSync(shots, { recursive: true, force: true });
  for (const at of [shots, folder, path.join(user, 'User'), path.join(user, 'Machine')]) fs.mkdirSync(at, { recursive: true });
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
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
      ...settings,
    }),
  );
  // The path is a setting of the machine that runs the server.
  fs.writeFileSync(path.join(user, 'Machine', 'settings.json'), JSON.stringify({ 'pagewalk.path': pagewalkPath }));

  const flags = ['--user-data-dir', user, '--extensions-dir', path.join(scratch, 'extensions')];
  const entry = path.join(place, 'code-server', 'node_modules', 'code-server', 'out', 'node', 'entry.js');
  const env = { ...process.env, HOME: scratch, XDG_CONFIG_HOME: scratch, XDG_DATA_HOME: scratch, XDG_CACHE_HOME: scratch };
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
    session = new Session(page, shots);
    await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`);
    await page.locator('.explorer-folders-view', { hasText: Object.keys(files)[0] }).waitFor();
    await test(session, folder);
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
}

export { until, withVsCode };
