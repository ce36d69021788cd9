// The language server `pagewalk lsp`: started where the program is found, told the settings, asked questions.
import os from 'node:os';
import * as vscode from 'vscode';
import { LanguageClient, State } from 'vscode-languageclient/node';
import { meant, find, missing } from './program.js';

class Server {
  /** @param {(command: string, args: any[], next: (command: string, args: any[]) => any) => any} command what becomes of a lens that is clicked on */
  constructor(command) {
    this.command = command;
    /** @type {LanguageClient | undefined} */
    this.client = undefined;
    this.log = vscode.window.createOutputChannel('Pagewalk', { log: true });
  }

  /** Starts the server; says what is missing where there is none. */
  async start() {
    const program = meant(vscode.workspace.getConfiguration('pagewalk').get('path', 'pagewalk'), {
      home: os.homedir(),
      folder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
    });
    const command = find(program, process.env);
    if (command === undefined) {
      this.log.error(missing(program));
      offer(missing(program));
      return;
    }
    const client = new LanguageClient('pagewalk', 'Pagewalk', { command, args: ['lsp'] }, {
      documentSelector: [{ scheme: 'file', language: 'pagewalk' }, { scheme: 'untitled', language: 'pagewalk' }],
      initializationOptions: settings,
      outputChannel: this.log,
      middleware: { executeCommand: this.command },
    });
    this.client = client;
    try {
      await client.start();
      this.log.info(`${command} ${client.initializeResult?.serverInfo?.version ?? ''}`);
    } catch (error) {
      this.log.error(String(error));
      offer(`Pagewalk: \`${command} lsp\` does not answer: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** Ends the server, and its process with it. */
  async stop() {
    const client = this.client;
    this.client = undefined;
    if (client && client.state !== State.Stopped) await client.stop().catch(() => undefined);
    await client?.dispose().catch(() => undefined);
  }

  /** Has the server take up settings that have changed; one that names the program starts another. */
  async changed(/** @type {vscode.ConfigurationChangeEvent} */ change) {
    if (change.affectsConfiguration('pagewalk.path')) {
      await this.stop();
      await this.start();
    } else if (change.affectsConfiguration('pagewalk')) {
      await this.client?.sendNotification('workspace/didChangeConfiguration', { settings: { pagewalk: settings() } });
    }
  }

  /**
   * Asks for one of the server's own answers.
   * @param {string} method
   * @param {object} question
   * @param {vscode.CancellationToken} [token]
   * @returns {Promise<any>}
   */
  async ask(method, question, token) {
    if (!this.client?.isRunning()) throw new Error('the server of Pagewalk is not running');
    // An argument that is not there would be taken for a second parameter.
    return token ? this.client.sendRequest(method, question, token) : this.client.sendRequest(method, question);
  }

  /**
   * Has the server do one of its commands.
   * @param {string} command
   * @param {any[]} args
   */
  perform(command, args) {
    return this.ask('workspace/executeCommand', { command, arguments: args });
  }
}

/** The settings that the server knows; what is not set is its own to choose. */
function settings() {
  const { inlayHints, run, maxSteps } = vscode.workspace.getConfiguration('pagewalk');
  return { inlayHints, run, ...(maxSteps === null ? {} : { maxSteps }) };
}

/**
 * Says what is wrong, and offers the settings; nobody waits for the answer.
 * @param {string} message
 */
async function offer(message) {
  const chosen = await vscode.window.showErrorMessage(message, 'Open Settings');
  if (chosen) await vscode.commands.executeCommand('workbench.action.openSettings', 'pagewalk.path');
}

export { Server };
