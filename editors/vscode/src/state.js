// The state panel shows the machine after the statement at the cursor, and steps back and forward.
import crypto from 'node:crypto';
import * as vscode from 'vscode';
import { statePage, state, escaped } from './pages.js';

/** Delay in milliseconds between the last cursor movement and the update of the panel. */
const PAUSE = 150;

class StatePanel {
  /**
   * @param {import('./server.js').Server} server
   * @param {vscode.Uri} extension
   */
  constructor(server, extension) {
    this.server = server;
    this.media = vscode.Uri.joinPath(extension, 'media');
    this.mark = vscode.window.createTextEditorDecorationType({
      isWholeLine: true,
      backgroundColor: new vscode.ThemeColor('editor.stackFrameHighlightBackground'),
    });
    /** @type {vscode.WebviewPanel | undefined} */
    this.panel = undefined;
    /** The script of the displayed state. @type {vscode.Uri | undefined} */
    this.script = undefined;
    /** The displayed step. @type {import('./pages.js').Step | undefined} */
    this.step = undefined;
    /** The index of the most recently requested step, which may not have arrived yet. */
    this.wanted = 0;
    /** The contents of the page, for when VS Code creates the page again. */
    this.html = '';
    /** @type {vscode.CancellationTokenSource | undefined} */
    this.asking = undefined;
    /** @type {NodeJS.Timeout | undefined} */
    this.waiting = undefined;
  }

  /** Opens the panel for the statement at the cursor. */
  async open() {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.languageId !== 'pagewalk') return;
    if (this.panel) this.panel.reveal(undefined, true);
    else this.make();
    await this.look(editor.document.uri, { position: editor.selection.active });
  }

  make() {
    this.fill(vscode.window.createWebviewPanel('pagewalk.state', 'Pagewalk: State', { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true }));
  }

  /**
   * Fills the panel that VS Code restores after a restart. Without this, an empty group would remain in its place.
   * @param {vscode.WebviewPanel} panel
   */
  async deserializeWebviewPanel(panel) {
    this.fill(panel);
    const editor = vscode.window.visibleTextEditors.find(({ document }) => document.languageId === 'pagewalk');
    if (editor) await this.look(editor.document.uri, { position: editor.selection.active });
    else panel.dispose();
  }

  /** @param {vscode.WebviewPanel} panel */
  fill(panel) {
    panel.webview.options = { enableScripts: true, localResourceRoots: [this.media] };
    const file = (/** @type {string} */ name) => panel.webview.asWebviewUri(vscode.Uri.joinPath(this.media, name)).toString();
    panel.webview.onDidReceiveMessage((message) => {
      if (message === 'ready') this.show(this.html);
      if (message === 'back') this.go(-1);
      if (message === 'forward') this.go(1);
    });
    panel.onDidDispose(() => this.closed());
    panel.webview.html = statePage({
      nonce: crypto.randomBytes(16).toString('hex'),
      script: file('state.js'),
      style: file('state.css'),
      source: panel.webview.cspSource,
    });
    this.panel = panel;
  }

  closed() {
    this.panel = undefined;
    this.step = undefined;
    this.html = '';
    clearTimeout(this.waiting);
    this.asking?.cancel();
    this.highlight();
  }

  /**
   * Steps one statement forward or back. Opens the panel if it is closed.
   * @param {1 | -1} by
   */
  async go(by) {
    if (!this.panel || !this.script || !this.step) return this.open();
    clearTimeout(this.waiting);
    const index = this.wanted + by;
    if (index < 0 || index >= this.step.count) return;
    this.wanted = index;
    await this.look(this.script, { index }, true);
  }

  /**
   * Updates the panel shortly after the cursor moves or the script changes.
   * @param {vscode.TextEditor} editor
   */
  follow(editor) {
    if (!this.panel || editor.document.languageId !== 'pagewalk') return;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.look(editor.document.uri, { position: editor.selection.active }), PAUSE);
  }

  /**
   * Shows the step at an index or a position. Only the response to the last request is used.
   * @param {vscode.Uri} script
   * @param {{index: number} | {position: {line: number, character: number}}} which
   * @param {boolean} [reveal] whether the editor scrolls to the statement
   */
  async look(script, which, reveal = false) {
    this.asking?.cancel();
    const asking = new vscode.CancellationTokenSource();
    this.asking = asking;
    try {
      const step = await this.server.ask('pagewalk/step', { textDocument: { uri: script.toString() }, ...which }, asking.token);
      if (asking.token.isCancellationRequested) return;
      this.script = script;
      this.step = step ?? undefined;
      this.wanted = step?.index ?? 0;
      this.show(step ? state(step) : '<p class="told">No statement of this script has run.</p>');
      this.highlight(reveal);
    } catch (error) {
      if (asking.token.isCancellationRequested) return;
      this.script = script;
      this.step = undefined;
      this.show(`<p class="error">${escaped(error instanceof Error ? error.message : String(error))}</p>`);
      this.highlight();
    }
  }

  /** @param {string} html */
  show(html) {
    this.html = html;
    if (this.panel && html !== '') this.panel.webview.postMessage({ html });
  }

  /** Marks the statement in the editors that show the script. */
  highlight(reveal = false) {
    const range = this.step?.range;
    for (const editor of vscode.window.visibleTextEditors) {
      const here = this.panel && range && editor.document.uri.toString() === this.script?.toString();
      const place = here ? new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character) : undefined;
      editor.setDecorations(this.mark, place ? [place] : []);
      if (place && reveal) editor.revealRange(place, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    }
  }

  dispose() {
    this.panel?.dispose();
    this.mark.dispose();
  }
}

export { StatePanel };
