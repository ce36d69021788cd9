// The entry point of the extension: starts the server and registers the commands.
import * as vscode from 'vscode';
import { Server } from './server.js';
import { StatePanel } from './state.js';
import { Previews } from './exam.js';
import { Tests } from './tests.js';
import { Told, SCHEME } from './told.js';
import { apply } from './fixes.js';
import { needsServer } from './markdown.js';
import { around, blocks, question } from './scenarios.js';

/** The server commands that return a text, and the kinds of their output. */
const RUN = 'pagewalk.runScenario';
const STEPS = 'pagewalk.showSteps';
/** @type {Record<string, string>} */
const TELLS = { [RUN]: 'run', [STEPS]: 'steps' };

/** @type {Server | undefined} */
let server;

/** @param {vscode.ExtensionContext} context */
async function activate(context) {
  const told = new Told();
  server = new Server((command, args, next) => lens(told, command, args, next), context.extensionPath);
  const start = once(async () => {
    await server?.start();
    await tests.discover();
  });
  const panel = new StatePanel(server, context.extensionUri);
  const previews = new Previews(server);
  const tests = new Tests(server);
  const commands = {
    run: () => tell(told, RUN, () => null),
    runHere: () => tell(told, RUN, here),
    stepsHere: () => tell(told, STEPS, here),
    accept: () => apply('accept'),
    fill: () => apply('fill'),
    state: () => panel.open(),
    forward: () => panel.go(1),
    back: () => panel.go(-1),
    paper: () => previews.show(false),
    key: () => previews.show(true),
    practice: () => practice(),
    restart: async () => {
      await server?.stop();
      await server?.start();
      await tests.discover();
    },
  };
  context.subscriptions.push(
    panel,
    tests,
    vscode.window.registerWebviewPanelSerializer('pagewalk.state', { deserializeWebviewPanel: (restored) => start().then(() => panel.deserializeWebviewPanel(restored)) }),
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, told),
    ...Object.entries(commands).map(([name, command]) => vscode.commands.registerCommand(`pagewalk.${name}`, command)),
    vscode.workspace.onDidChangeConfiguration((change) => server?.changed(change)),
    vscode.workspace.onDidOpenTextDocument((document) => needsServer(document) && start()),
    vscode.workspace.onDidCloseTextDocument((document) => told.closed(document)),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (needsServer(document)) start();
      previews.changed(document);
      const editor = vscode.window.activeTextEditor;
      if (editor?.document === document) panel.follow(editor);
    }),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => panel.follow(textEditor)),
    vscode.window.onDidChangeActiveTextEditor((editor) => editor && panel.follow(editor)),
  );
  // A folder with scripts activates the extension before a document is open.
  const scripts = await vscode.workspace.findFiles('**/*.pw', undefined, 1);
  if (scripts.length > 0 || vscode.workspace.textDocuments.some(needsServer)) await start();
}

/**
 * Returns a function that runs once. Later calls return the same promise.
 * @param {() => Promise<void>} run
 */
function once(run) {
  /** @type {Promise<void> | undefined} */
  let started;
  return () => (started ??= run());
}

function deactivate() {
  return server?.stop();
}

/** Practices the question at the cursor in a terminal, at Pagewalk's prompt. */
async function practice() {
  const editor = vscode.window.activeTextEditor;
  if (!server || editor?.document.languageId !== 'pagewalk') return;
  const { document, selection } = editor;
  const title = question(document.getText().split('\n'), selection.active.line);
  if (title === null) {
    vscode.window.showErrorMessage('Pagewalk: put the cursor in a question, and run the command again');
    return;
  }
  // The prompt reads the script from the disk.
  const shellPath = (await document.save()) && !document.isUntitled ? server.program() : undefined;
  if (shellPath === undefined) return;
  // The prompt marks and explains answers, so that the editors need no dialog for it.
  const shellArgs = ['repl', document.fileName, '--practice', title];
  vscode.window.createTerminal({ name: `Practice: ${title}`, shellPath, shellArgs }).show();
}

/**
 * Runs a server command for the active editor's script and shows its output.
 * @param {Told} told
 * @param {string} command
 * @param {(editor: vscode.TextEditor) => Thenable<string | null> | null} scenario
 */
async function tell(told, command, scenario) {
  const editor = vscode.window.activeTextEditor;
  if (!server || editor?.document.languageId !== 'pagewalk') return;
  const uri = editor.document.uri.toString();
  try {
    const answer = await server.perform(command, [uri, await scenario(editor)]);
    if (answer) await told.show(uri, TELLS[command], answer);
  } catch (error) {
    vscode.window.showErrorMessage(`Pagewalk: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * Runs the command of a lens, and shows the response if it is a text.
 * @param {Told} told
 * @param {string} command
 * @param {any[]} args
 * @param {(command: string, args: any[]) => any} next
 */
async function lens(told, command, args, next) {
  const answer = await next(command, args);
  if (typeof answer?.text === 'string') await told.show(String(args[0]), TELLS[command], answer);
  return answer;
}

/**
 * Returns the scenario at the cursor.
 * @param {vscode.TextEditor} editor
 */
async function here({ document, selection }) {
  /** @type {vscode.CodeLens[]} */
  const lenses = (await vscode.commands.executeCommand('vscode.executeCodeLensProvider', document.uri, 1000)) ?? [];
  /** @type {vscode.DocumentSymbol[]} */
  const symbols = (await vscode.commands.executeCommand('vscode.executeDocumentSymbolProvider', document.uri)) ?? [];
  const named = lenses
    .filter(({ command }) => command?.command === RUN)
    .map(({ range, command }) => ({ line: range.start.line, scenario: command?.arguments?.[1] ?? null }));
  return around(named, blocks(symbols), selection.active.line);
}

export { activate, deactivate };
