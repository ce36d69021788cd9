// The script inside the state panel: shows what it is sent, and sends back which way to go.
'use strict';
const vscode = acquireVsCodeApi();
const main = document.querySelector('main');

// Tables that were closed stay closed, and the place scrolled to stays, from step to step.
window.addEventListener('message', ({ data }) => {
  const closed = [...main.querySelectorAll('details:not([open])')].map((table) => table.dataset.title);
  main.innerHTML = data.html;
  for (const table of main.querySelectorAll('details')) {
    table.open = !closed.includes(table.dataset.title);
  }
});
main.addEventListener('click', ({ target }) => {
  const button = target.closest('button[data-go]');
  if (button) vscode.postMessage(button.dataset.go);
});
document.addEventListener('keydown', ({ key }) => {
  if (key === 'ArrowRight') vscode.postMessage('forward');
  if (key === 'ArrowLeft') vscode.postMessage('back');
});
vscode.postMessage('ready');
