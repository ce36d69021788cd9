// Applies the server's fixes to a whole script.
import * as vscode from 'vscode';

/** The kinds of the server's code actions, and the message if there is no action to apply. */
const KINDS = {
  accept: { kind: 'source.accept.pagewalk', none: 'no expectation failed, or the script did not run to its end' },
  fill: { kind: 'source.fill.pagewalk', none: 'there is no ? to fill' },
};

/** The message while the values of the run are hidden. */
const HIDDEN = 'the setting pagewalk.predict hides the values of the run';

/**
 * Applies the action of a kind to the active editor's script.
 * @param {keyof typeof KINDS} which
 */
async function apply(which) {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId !== 'pagewalk') return;
  const { kind, none } = KINDS[which];
  const whole = new vscode.Range(0, 0, document.lineCount, 0);
  /** @type {vscode.CodeAction[]} */
  const actions = (await vscode.commands.executeCommand('vscode.executeCodeActionProvider', document.uri, whole, kind, 100)) ?? [];
  const action = actions.find(({ edit }) => edit);
  const predicts = vscode.workspace.getConfiguration('pagewalk').get('predict', false);
  if (action?.edit) await vscode.workspace.applyEdit(action.edit);
  else vscode.window.showInformationMessage(`Pagewalk: ${predicts ? HIDDEN : none}.`);
}

export { apply };
