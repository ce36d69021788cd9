// Names and results of test cases for the Test Explorer. Does not depend on VS Code.

/**
 * A position in a file.
 * @typedef {{line: number, character: number}} Position
 * A problem in a case.
 * @typedef {{uri: string, range: {start: Position, end: Position}, message: string, expected: string | null, actual: string | null}} Problem
 * A case and its result, as the server sends them.
 * @typedef {{name: string, block: string | null, scenario: string | null, range: {start: Position, end: Position},
 *   outcome: string, golden: string, problems: Problem[], expected: string | null, actual: string | null}} Case
 * A result in the words of VS Code.
 * @typedef {'passed' | 'failed' | 'errored' | 'skipped'} State
 */

/** The results in the words of VS Code. @type {Record<string, State>} */
const STATES = { passed: 'passed', failed: 'failed', wrong: 'errored', 'not-run': 'skipped' };

/**
 * Returns the label of a case below its file.
 * @param {{block: string | null, scenario: string | null}} found
 */
function label({ block, scenario }) {
  const parts = [block, scenario].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(' :: ') : 'statements outside scenarios';
}

/**
 * Returns the result of a case, or an error if the file no longer has the case.
 * @param {string} name
 * @param {Case[]} results the results of the file's cases
 * @returns {{state: State, problems: {message: string, sides: [string, string] | null, at: {uri: string, range: Problem['range']} | null}[]}}
 */
function result(name, results) {
  const found = results.find((one) => one.name === name);
  if (!found) return { state: 'errored', problems: [{ message: 'The file has no such case. Refresh the tests.', sides: null, at: null }] };
  const problems = found.problems.map(({ uri, range, message, expected, actual }) => {
    /** @type {[string, string] | null} */
    const sides = expected === null || actual === null ? null : differing(expected, actual);
    return { message, sides, at: { uri, range } };
  });
  return { state: STATES[found.outcome] ?? 'errored', problems };
}

/**
 * Returns the facts that differ between two texts, because VS Code cuts long texts in its labels. Each line is a list of facts
 * or a row of a table.
 * @param {string} expected
 * @param {string} actual
 * @returns {[string, string]}
 */
function differing(expected, actual) {
  const facts = (/** @type {string} */ text) => text.split('\n').map((line) => line.split(', '));
  const without = (/** @type {string} */ text, /** @type {string[]} */ known) =>
    facts(text)
      .map((line) => line.filter((fact) => !known.includes(fact)).join(', '))
      .filter(Boolean)
      .join('\n');
  const [golden, own] = [without(expected, facts(actual).flat()), without(actual, facts(expected).flat())];
  // Only the order differs.
  return golden === own ? [expected, actual] : [golden, own];
}

/**
 * Returns the selected cases of each file.
 * @template T
 * @param {{item: T, file: T | null}[]} all all files and cases; the file of a case, and null for a file
 * @param {readonly T[] | undefined} include the selected files and cases, or undefined for all
 * @param {readonly T[] | undefined} exclude the excluded files and cases
 * @returns {Map<T, T[]>} the cases by file
 */
function selected(all, include, exclude) {
  const among = (/** @type {readonly T[] | undefined} */ list, /** @type {T} */ item, /** @type {T} */ file) => list?.includes(item) || list?.includes(file);
  /** @type {Map<T, T[]>} */
  const files = new Map();
  for (const { item, file } of all) {
    if (file === null || (include && !among(include, item, file)) || among(exclude, item, file)) continue;
    files.set(file, [...(files.get(file) ?? []), item]);
  }
  return files;
}

export { label, result, selected };
