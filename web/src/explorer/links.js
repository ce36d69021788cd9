// Joins the rows of the machine with the parts of the figure that show the same set, area, or frame.
// @ts-check

/** @typedef {HTMLTableRowElement} Row A row names its parts of the figure with a selector in `data-figure`. */

/**
 * Marks the parts of a row while the pointer or the focus is on it.
 * @param {HTMLElement} rows
 * @param {HTMLElement} figure
 */
export function links(rows, figure) {
  /** @param {Row | null | undefined} row */
  const point = (row) => {
    for (const part of figure.querySelectorAll('.pointed')) part.classList.remove('pointed');
    if (row) for (const part of figure.querySelectorAll(`svg :is(${row.dataset.figure})`)) part.classList.add('pointed');
  };
  const rowOf = (/** @type {Event} */ { target }) => /** @type {Row | null} */ (target instanceof Element ? target.closest('tr.linked') : null);
  for (const event of ['pointerover', 'focusin']) rows.addEventListener(event, (event) => point(rowOf(event)));
  for (const event of ['pointerleave', 'focusout']) rows.addEventListener(event, () => point(undefined));
  rows.addEventListener('keydown', (event) => {
    const row = rowOf(event);
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!row || !by || event.altKey) return;
    event.preventDefault();
    const all = /** @type {Row[]} */ ([...(row.closest('.part')?.querySelectorAll('tr.linked') ?? [])]);
    all[all.indexOf(row) + by]?.focus();
  });
  /** Finds the rows that the figure shows. One row of a part is in the order of Tab, and the arrow keys reach the others. */
  return () => {
    for (const part of rows.querySelectorAll('.part')) {
      let order = 0;
      for (const row of /** @type {NodeListOf<Row>} */ (part.querySelectorAll('tr[data-figure]'))) {
        const linked = figure.querySelector(`svg :is(${row.dataset.figure})`) !== null;
        row.classList.toggle('linked', linked);
        row.ariaDescription = linked ? 'also in the figure' : null;
        if (linked) row.tabIndex = order;
        else row.removeAttribute('tabindex');
        if (linked) order = -1;
      }
    }
    // The figure can arrive after the pointer.
    point(rows.querySelector('tr.linked:is(:hover, :focus)'));
  };
}
