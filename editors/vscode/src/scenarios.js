// Finds the scenario and the question at the cursor. Does not depend on VS Code.

/**
 * Returns the scenario that contains a line, from the lenses of scenarios and the blocks of the script's outline.
 * @param {{line: number, scenario: string | null}[]} lenses the line and the scenario of each lens
 * @param {{start: number, end: number}[]} blocks the first and last line of each symbol
 * @param {number} line
 * @returns {string | null} null if the line is outside all scenarios
 */
function around(lenses, blocks, line) {
  const of = lenses.filter((lens) => {
    const holds = blocks.some(({ start, end }) => start === lens.line && start <= line && line <= end);
    return lens.scenario !== null && (holds || lens.line === line);
  });
  return of.sort((one, other) => other.line - one.line)[0]?.scenario ?? null;
}

/**
 * Returns the first and last lines of an outline's symbols, including nested symbols.
 * @param {{range: {start: {line: number}, end: {line: number}}, children?: any[]}[]} symbols
 * @returns {{start: number, end: number}[]}
 */
function blocks(symbols) {
  return symbols.flatMap(({ range, children }) => [{ start: range.start.line, end: range.end.line }, ...blocks(children ?? [])]);
}

/**
 * Returns the title of the last question that begins at or above a line.
 * @param {string[]} lines the lines of the script
 * @param {number} line
 * @returns {string | null} null if no question begins there
 */
function question(lines, line) {
  const titles = lines.slice(0, line + 1).map((text) => /^\s*question\s+"([^"]+)"/.exec(text)?.[1]);
  return titles.filter((title) => title !== undefined).pop() ?? null;
}

export { around, blocks, question };
