// Starts the language server `pagewalk lsp`, and sends it settings and requests.
import os from 'node:os';
import * as vscode from 'vscode';
import { LanguageClient, State } from 'vscode-languageclient/node';
import { LANGUAGES } from './markdown.js';
import { meant, locate, missing } from './program.js';

class Server {
  /**
   * @param {(command: string, args: any[], next: (command: string, args: any[]) => any) => any} command handles a click on a lens
   * @param {string} extension the folder of the extension
   */
  constructor(command, extension) {
    this.command = command;
    this.extension = extension;
    /** @type {LanguageClient | undefined} */
    this.client = undefined;
    this.log = vscode.window.createOutputChannel('Pagewalk', { log: true });
  }

  /** Returns the path of the program, or shows an error if the program is missing. */
  program() {
    const home = os.homedir();
    const program = meant(vscode.workspace.getConfiguration('pagewalk').get('path', 'pagewalk'), {
      home,
      folder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
    });
    const command = locate(program, process.env, { home, extension: this.extension });
    if (command === undefined) {
      this.log.error(missing(program));
      offer(missing(program));
    }
    return command;
  }

  /** Starts the server, or shows an error if the program is missing. */
  async start() {
    const command = this.program();
    if (command === undefined) return;
    const client = new LanguageClient('pagewalk', 'Pagewalk', { command, args: ['lsp'] }, {
      documentSelector: LANGUAGES.flatMap((language) => [{ scheme: 'file', language }, { scheme: 'untitled', language }]),
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

  /** Stops the server and its process. */
  async stop() {
    const client = this.client;
    this.client = undefined;
    if (client && client.state !== State.Stopped) await client.stop().catch(() => undefined);
    await client?.dispose().catch(() => undefined);
  }

  /** Sends changed settings to the server. Restarts the server if the path of the program changed. */
  async changed(/** @type {vscode.ConfigurationChangeEvent} */ change) {
    if (change.affectsConfiguration('pagewalk.path')) {
      await this.stop();
      await this.start();
    } else if (change.affectsConfiguration('pagewalk')) {
      await this.client?.sendNotification('workspace/didChangeConfiguration', { settings: { pagewalk: settings() } });
    }
  }

  /**
   * Sends a request to the server.
   * @param {string} method
   * @param {object} question
   * @param {vscode.CancellationToken} [token]
   * @returns {Promise<any>}
   */
  async ask(method, question, token) {
    if (!this.client?.isRunning()) throw new Error('the server of Pagewalk is not running');
    // The client would send an undefined token as a second parameter.
    return token ? this.client.sendRequest(method, question, token) : this.client.sendRequest(method, question);
  }

  /**
   * Runs a command of the server.
   * @param {string} command
   * @param {any[]} args
   */
  perform(command, args) {
    return this.ask('workspace/executeCommand', { command, arguments: args });
  }
}

/** Returns the settings for the server, which uses defaults for the settings that are not set. */
function settings() {
  const { inlayHints, run, predict, ...limits } = vscode.workspace.getConfiguration('pagewalk');
  const set = ['maxSteps', 'maxMemory'].filter((name) => limits[name] !== null);
  return { inlayHints, run, predict, ...Object.fromEntries(set.map((name) => [name, limits[name]])) };
}

/**
 * Shows an error with a button that opens the settings. Callers do not wait for the answer.
 * @param {string} message
 */
async function offer(message) {
  const chosen = await vscode.window.showErrorMessage(message, 'Open Settings');
  if (chosen) await vscode.commands.executeCommand('workbench.action.openSettings', 'pagewalk.path');
}

export { Server };
