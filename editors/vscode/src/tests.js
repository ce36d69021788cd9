// The Test Explorer: shows the cases of all files in the open folders, and runs them on the server.
import * as vscode from 'vscode';
import { label, result, selected } from './cases.js';

/** Delay in milliseconds between the last change of a file and the update of the list. */
const PAUSE = 500;

class Tests {
  /** @param {import('./server.js').Server} server */
  constructor(server) {
    this.server = server;
    this.controller = vscode.tests.createTestController('pagewalk', 'Pagewalk');
    this.controller.refreshHandler = () => this.discover();
    this.controller.resolveHandler = async (item) => (item ? undefined : this.discover());
    this.controller.createRunProfile('Run', vscode.TestRunProfileKind.Run, (request, token) => this.run(request, token), true);
    this.watcher = vscode.workspace.createFileSystemWatcher('**/*.{pw,md}');
    /** @type {NodeJS.Timeout | undefined} */
    this.waiting = undefined;
    const changed = () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.discover(), PAUSE);
    };
    this.watcher.onDidCreate(changed);
    this.watcher.onDidChange(changed);
    this.watcher.onDidDelete(changed);
  }

  /** Lists the files with cases. The server may not be running yet. */
  async discover() {
    /** @type {{uri: string, cases: import('./cases.js').Case[]}[] | undefined} */
    const files = await this.server.ask('pagewalk/cases', {}).catch(() => undefined);
    if (!files) return;
    this.controller.items.replace(files.map(({ uri, cases }) => this.file(vscode.Uri.parse(uri), cases)));
  }

  /**
   * Returns the item of a file, with its cases.
   * @param {vscode.Uri} uri
   * @param {import('./cases.js').Case[]} cases
   */
  file(uri, cases) {
    const item = this.controller.createTestItem(uri.toString(), vscode.workspace.asRelativePath(uri), uri);
    const children = cases.map((one) => {
      const child = this.controller.createTestItem(one.name, label(one), uri);
      child.range = range(one.range);
      return child;
    });
    item.children.replace(children);
    return item;
  }

  /**
   * Runs the selected cases. The server runs each file once.
   * @param {vscode.TestRunRequest} request
   * @param {vscode.CancellationToken} token
   */
  async run(request, token) {
    const run = this.controller.createTestRun(request);
    /** @type {{item: vscode.TestItem, file: vscode.TestItem | null}[]} */
    const all = [];
    this.controller.items.forEach((file) => {
      all.push({ item: file, file: null });
      file.children.forEach((item) => all.push({ item, file }));
    });
    const files = selected(all, request.include, request.exclude);
    for (const items of files.values()) items.forEach((item) => run.enqueued(item));
    for (const [file, items] of files) {
      if (token.isCancellationRequested) break;
      items.forEach((item) => run.started(item));
      try {
        const answer = await this.server.ask('pagewalk/test', { textDocument: { uri: file.id } }, token);
        items.forEach((item) => report(run, item, result(item.id, answer.cases)));
      } catch (error) {
        const message = new vscode.TestMessage(error instanceof Error ? error.message : String(error));
        if (!token.isCancellationRequested) items.forEach((item) => run.errored(item, message));
      }
    }
    run.end();
  }

  dispose() {
    clearTimeout(this.waiting);
    this.watcher.dispose();
    this.controller.dispose();
  }
}

/**
 * Reports the result of a case.
 * @param {vscode.TestRun} run
 * @param {vscode.TestItem} item
 * @param {ReturnType<typeof result>} found
 */
function report(run, item, { state, problems }) {
  const messages = problems.map(({ message, sides, at }) => {
    const shown = sides ? vscode.TestMessage.diff(message, ...sides) : new vscode.TestMessage(message);
    if (at) shown.location = new vscode.Location(vscode.Uri.parse(at.uri), range(at.range));
    return shown;
  });
  if (state === 'passed') run.passed(item);
  else if (state === 'skipped') {
    run.appendOutput(`${item.label}: not run, because the file has a mistake\r\n`, undefined, item);
    run.skipped(item);
  } else run[state](item, messages);
}

/** @param {import('./cases.js').Case['range']} range */
function range({ start, end }) {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

export { Tests };
