// The script in the state panel. Shows the HTML that it receives, and sends back the direction of each step.
'use strict';
const vscode = acquireVsCodeApi();
const main = document.querySelector('main');

// Closed tables stay closed, and the scroll position stays the same, from step to step.
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
