// Tests that the extension has everything that package.json declares.
import test from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';

const here = new URL('..', import.meta.url);
const read = (/** @type {string} */ name) => fs.readFileSync(new URL(name, here), 'utf8');
const { contributes } = JSON.parse(read('package.json'));
const commands = contributes.commands.map((/** @type {any} */ row) => row.command);

test('every command is registered, and every registered command has a title', () => {
  const table = /const commands = \{\n(.*?)\n {2}\};/s.exec(read('src/extension.js'))?.[1] ?? '';
  const registered = [...table.matchAll(/^ {4}(\w+):/gm)].map(([, name]) => `pagewalk.${name}`);
  assert.deepEqual([...commands].sort(), registered.sort());
  assert.equal(new Set(commands).size, commands.length);
});

test('keys and menus name commands that there are', () => {
  const menus = Object.entries(contributes.menus);
  const submenus = contributes.submenus.map((/** @type {any} */ row) => row.id);
  const named = [...contributes.keybindings, ...menus.flatMap(([, rows]) => rows)];
  for (const { command, submenu } of named) assert.ok(commands.includes(command) || submenus.includes(submenu), command ?? submenu);
});

test('no command of the extension takes the name of one of the server', () => {
  for (const name of ['pagewalk.runScenario', 'pagewalk.showSteps', 'pagewalk.showGolden']) assert.ok(!commands.includes(name), name);
});

test('every setting is explained and is one that the extension reads', () => {
  const source = read('src/server.js');
  for (const [name, { markdownDescription }] of Object.entries(contributes.configuration.properties)) {
    assert.ok(markdownDescription, name);
    assert.ok(source.includes(name.replace('pagewalk.', '')), name);
  }
});
