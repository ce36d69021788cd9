import test from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { meant, find, installed, locate, missing } from '../src/program.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pagewalk-'));
test.after(() => fs.rmSync(folder, { recursive: true }));
fs.mkdirSync(path.join(folder, 'bin'));
fs.mkdirSync(path.join(folder, 'bin', 'folder'), { mode: 0o755 });
fs.writeFileSync(path.join(folder, 'bin', 'pagewalk'), '', { mode: 0o755 });
fs.writeFileSync(path.join(folder, 'bin', 'text'), '', { mode: 0o644 });
fs.writeFileSync(path.join(folder, 'bin', 'other.EXE'), '', { mode: 0o755 });
const env = { PATH: ['/nowhere', path.join(folder, 'bin')].join(path.delimiter) };

test('a setting is a name, or a path from the home or the open folder', () => {
  const places = { home: '/home/ann', folder: '/work/$&' };
  assert.equal(meant('pagewalk', places), 'pagewalk');
  assert.equal(meant('  ', places), 'pagewalk');
  assert.equal(meant('~/bin/pagewalk', places), '/home/ann/bin/pagewalk');
  assert.equal(meant('~bin/pagewalk', places), '~bin/pagewalk');
  assert.equal(meant('${workspaceFolder}/target/pagewalk', places), '/work/$&/target/pagewalk');
  assert.equal(meant('${workspaceFolder}/pagewalk', { home: '/home/ann' }), '${workspaceFolder}/pagewalk');
});

test('a name is looked up in PATH, a path is taken as it is', () => {
  const program = path.join(folder, 'bin', 'pagewalk');
  assert.equal(find('pagewalk', env), program);
  assert.equal(find('bin/pagewalk', {}, { folder }), program);
  assert.equal(find(program, {}), program);
  assert.equal(find('pagewalk', {}), undefined);
  assert.equal(find('pagewalk', { PATH: '' }), undefined);
});

test('what cannot be run is no program', () => {
  for (const name of ['text', 'folder', 'pagewalks']) assert.equal(find(name, env), undefined, name);
});

test('Windows adds an ending', () => {
  const where = { windows: true };
  assert.equal(find('other', { ...env, PATHEXT: '.COM;.EXE' }, where), path.join(folder, 'bin', 'other.EXE'));
  assert.equal(find('other', env, { windows: false }), undefined);
});

test('cargo and pip install programs in known folders', () => {
  const home = path.join(folder, 'home');
  const there = (/** @type {NodeJS.ProcessEnv} */ at, windows = false) => find('pagewalk', { PATH: installed(home, at, windows).join(path.delimiter) }, { windows });
  const put = (/** @type {string[]} */ ...parts) => {
    const file = path.join(home, ...parts);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, '', { mode: 0o755 });
    return file;
  };
  assert.equal(there({}), undefined);
  const mac = put('Library', 'Python', '3.12', 'bin', 'pagewalk');
  assert.equal(there({}), mac);
  const pip = put('.local', 'bin', 'pagewalk');
  assert.equal(there({}), pip);
  const cargo = put('.cargo', 'bin', 'pagewalk');
  assert.equal(there({}), cargo);
  assert.equal(there({ CARGO_HOME: folder }), path.join(folder, 'bin', 'pagewalk'));
  const scripts = put('Roaming', 'Python', 'Python312', 'Scripts', 'pagewalk.EXE');
  for (const file of [cargo, pip]) fs.rmSync(file);
  assert.equal(there({ APPDATA: path.join(home, 'Roaming') }, true), scripts);
});

test('the program in the extension comes before PATH, and after a setting', () => {
  const home = path.join(folder, 'nobody');
  const extension = path.join(folder, 'extension');
  const places = { home, extension };
  const program = path.join(folder, 'bin', 'pagewalk');
  assert.equal(locate('pagewalk', env, places), program);
  fs.mkdirSync(path.join(extension, 'bin'), { recursive: true });
  const own = path.join(extension, 'bin', 'pagewalk');
  fs.writeFileSync(own, '', { mode: 0o755 });
  assert.equal(locate('pagewalk', env, places), own);
  assert.equal(locate('pagewalk', {}, places), own);
  assert.equal(locate(program, env, places), program);
  assert.equal(locate('/nowhere/pagewalk', env, places), undefined);
  fs.chmodSync(own, 0o644);
  assert.equal(locate('pagewalk', env, places), program);
  assert.equal(locate('pagewalk', {}, places), undefined);
});

test('what is missing is said with the way out', () => {
  assert.match(missing('pagewalk'), /program `pagewalk` is not in PATH.*`pagewalk\.path`/);
  assert.match(missing('/opt/pagewalk'), /`\/opt\/pagewalk`, which the setting `pagewalk\.path` names/);
});
