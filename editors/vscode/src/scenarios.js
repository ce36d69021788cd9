// Which scenario the cursor stands in. Knows nothing of VS Code.

/**
 * The scenario round a line, by the lenses above scenarios and the blocks of the script's outline.
 * @param {{line: number, scenario: string | null}[]} lenses the scenario that each lens is of
 * @param {{start: number, end: number}[]} blocks first and last line of each symbol
 * @param {number} line
 * @returns {string | null} nothing outside every scenario
 */
function around(lenses, blocks, line) {
  const of = lenses.filter((lens) => {
    const holds = blocks.some(({ start, end }) => start === lens.line && start <= line && line <= end);
    return lens.scenario !== null && (holds || lens.line === line);
  });
  return of.sort((one, other) => other.line - one.line)[0]?.scenario ?? null;
}

/**
 * The first and last lines of an outline's symbols, those within others too.
 * @param {{range: {start: {line: number}, end: {line: number}}, children?: any[]}[]} symbols
 * @returns {{start: number, end: number}[]}
 */
function blocks(symbols) {
  return symbols.flatMap(({ range, children }) => [{ start: range.start.line, end: range.end.line }, ...blocks(children ?? [])]);
}

export { around, blocks };
