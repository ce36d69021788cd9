// Finds the program `pagewalk`, and has the message for a missing program. Does not depend on VS Code.
import fs from 'node:fs';
import path from 'node:path';

/**
 * Expands the home folder and the first open folder in the setting `pagewalk.path`.
 * @param {string} setting
 * @param {{home: string, folder?: string}} places
 */
function meant(setting, { home, folder }) {
  const named = setting.trim() || 'pagewalk';
  const there = folder === undefined ? named : named.replaceAll('${workspaceFolder}', () => folder);
  return there === '~' || /^~[/\\]/.test(there) ? path.join(home, there.slice(1)) : there;
}

/**
 * Finds the file of a program. A name with a slash is a path. Any other name is looked up in `PATH`.
 * @param {string} program
 * @param {NodeJS.ProcessEnv} env
 * @param {{folder?: string, windows?: boolean}} [where]
 * @returns {string | undefined} an absolute path, or undefined if there is no such program
 */
function find(program, env, { folder = process.cwd(), windows = process.platform === 'win32' } = {}) {
  const ends = windows ? ['', ...(env.PATHEXT ?? '.EXE;.CMD;.BAT').split(';')] : [''];
  const folders = /[/\\]/.test(program) ? [folder] : (env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return folders.flatMap((at) => ends.map((end) => path.resolve(at, program + end))).find(runs);
}

/**
 * Returns the folders where `cargo install` and `pip install --user` put programs. An editor that starts from a desktop often has
 * a `PATH` without them.
 * @param {string} home
 * @param {NodeJS.ProcessEnv} env
 * @param {boolean} [windows]
 */
function installed(home, env, windows = process.platform === 'win32') {
  // Below these folders, each version of Python has a folder.
  const pythons = windows
    ? [env.APPDATA && path.join(env.APPDATA, 'Python'), env.LOCALAPPDATA && path.join(env.LOCALAPPDATA, 'Programs', 'Python')]
    : [path.join(home, 'Library', 'Python')];
  const versions = pythons.flatMap((folder) => (folder && fs.existsSync(folder) ? fs.readdirSync(folder).map((name) => path.join(folder, name)) : []));
  return [
    path.join(env.CARGO_HOME || path.join(home, '.cargo'), 'bin'),
    path.join(home, '.local', 'bin'),
    ...versions.map((folder) => path.join(folder, windows ? 'Scripts' : 'bin')),
  ];
}

/**
 * Finds the program that the setting `pagewalk.path` means. By default, it is the one that the extension contains, if any, because their
 * versions fit. An editor that starts from a desktop may find others only in the folders where they are usually installed.
 * @param {string} program
 * @param {NodeJS.ProcessEnv} env
 * @param {{home: string, extension: string}} places
 */
function locate(program, env, { home, extension }) {
  if (program !== 'pagewalk') return find(program, env);
  const elsewhere = { ...env, PATH: installed(home, env).join(path.delimiter) };
  return find(path.join(extension, 'bin', program), env) ?? find(program, env) ?? find(program, elsewhere);
}

/** @param {string} file */
function runs(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Returns the message for a missing program.
 * @param {string} program
 */
function missing(program) {
  return /[/\\]/.test(program)
    ? `Pagewalk: \`${program}\`, which the setting \`pagewalk.path\` names, is not a program.`
    : `Pagewalk: the program \`${program}\` is not in PATH, nor where cargo and pip install programs. Install it, or set its path in the setting \`pagewalk.path\`.`;
}

export { meant, find, installed, locate, missing };
