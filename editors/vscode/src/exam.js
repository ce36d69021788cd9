// Previews of a script's exam paper and answer key.
import * as vscode from 'vscode';
import { examPage, escaped } from './pages.js';

/** Delay in milliseconds between the last keystroke and the update of a preview. */
const PAUSE = 500;

class Previews {
  /** @param {import('./server.js').Server} server */
  constructor(server) {
    this.server = server;
    /** @type {Map<string, {panel: vscode.WebviewPanel, script: vscode.Uri, key: boolean, asked: number}>} */
    this.open = new Map();
    /** @type {NodeJS.Timeout | undefined} */
    this.waiting = undefined;
  }

  /**
   * Opens a preview of the paper or the key for the active editor's script.
   * @param {boolean} key
   */
  async show(key) {
    const document = vscode.window.activeTextEditor?.document;
    if (document?.languageId !== 'pagewalk') return;
    const name = `${key} ${document.uri}`;
    const there = this.open.get(name);
    if (there) {
      there.panel.reveal(undefined, true);
      return this.fill(name);
    }
    const title = `${key ? 'Key' : 'Paper'} of ${document.uri.path.split('/').pop()}`;
    const panel = vscode.window.createWebviewPanel('pagewalk.exam', title, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true }, {
      enableScripts: false,
      localResourceRoots: [],
      enableFindWidget: true,
    });
    panel.onDidDispose(() => this.open.delete(name));
    this.open.set(name, { panel, script: document.uri, key, asked: 0 });
    await this.fill(name);
  }

  /** @param {string} name */
  async fill(name) {
    const preview = this.open.get(name);
    if (!preview) return;
    const asked = ++preview.asked;
    const html = await this.server
      .ask('pagewalk/exam', { textDocument: { uri: preview.script.toString() }, format: 'html', key: preview.key })
      .then((paper) => paper.text)
      .catch((error) => `<!DOCTYPE html><html><head></head><body><pre>${escaped(error.message)}</pre></body></html>`);
    if (asked === preview.asked && this.open.has(name)) preview.panel.webview.html = examPage(html);
  }

  /**
   * Updates the previews of a script shortly after it changes.
   * @param {vscode.TextDocument} document
   */
  changed(document) {
    const script = document.uri.toString();
    const names = () => [...this.open].filter(([, preview]) => preview.script.toString() === script).map(([name]) => name);
    if (names().length === 0) return;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => names().forEach((name) => this.fill(name)), PAUSE);
  }
}

export { Previews };
