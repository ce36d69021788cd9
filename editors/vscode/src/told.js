// Shows the output of a run in a read-only document beside the script.
import * as vscode from 'vscode';

const SCHEME = 'pagewalk-told';

class Told {
  constructor() {
    /** @type {Map<string, string>} */
    this.texts = new Map();
    this.change = new vscode.EventEmitter();
    this.onDidChange = this.change.event;
  }

  /** @param {vscode.Uri} uri */
  provideTextDocumentContent(uri) {
    return this.texts.get(uri.toString()) ?? '';
  }

  /**
   * Shows a text beside the script. Replaces an earlier text of the same kind for the same script.
   * @param {string} script
   * @param {string} what the kind of output
   * @param {{title: string, text: string}} told
   */
  async show(script, what, { title, text }) {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title.replace(/[/\\]/g, '-')}: ${what}`, query: script });
    this.texts.set(uri.toString(), text);
    this.change.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true });
  }

  /** @param {vscode.TextDocument} document */
  closed(document) {
    this.texts.delete(document.uri.toString());
  }
}

export { Told, SCHEME };
