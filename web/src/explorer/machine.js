// The state of the machine and the kernel, with the changes of the step and the sets that it looked up.
// @ts-check
import { el, hex, mark } from './dom.js';

/** How many sets and rows of a list are shown without a reason. Of a longer list, the engine sends those of the step. */
export const LIMITS = { sets: 16, rows: 64 };

/** How many rows of a list are shown at most. */
const MOST = 1000;

/** @param {any} a @param {any} b */
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** @param {number} count @param {string} word */
const many = (count, word) => `${count} ${count === 1 ? word : word.endsWith('s') ? `${word}es` : `${word}s`}`;

/** The parts of a figure with this name and value, as a selector. @param {string} name @param {string | number} value */
const part = (name, value) => `[data-${name}="${CSS.escape(String(value))}"]`;

/** A table by places, such as `3/0` for set 3, way 0. @param {any[]} list @param {(item: any) => string} key */
const keyed = (list, key) => new Map((list ?? []).map((item) => [key(item), item]));

/** @typedef {{whole: Set<string>, toggle: (list: string) => unknown}} Lists The lists that are shown whole, and what changes that. */

/**
 * A button that shows the omitted rows of a list.
 * @param {Lists} lists
 * @param {string} list The name of the list in the engine's `state`.
 * @param {number | undefined} more How many rows are omitted.
 * @param {number} shown How many rows are shown.
 * @param {string} word
 */
function rest({ whole, toggle }, list, more, shown, word) {
  const open = whole.has(list);
  if (!more && !open) return undefined;
  const text = open ? 'Show only the rows of this step' : shown ? `Show ${more?.toLocaleString('en')} more ${word}` : `Show ${more?.toLocaleString('en')} ${word}`;
  return el('p.rest', shown > MOST && `The first ${MOST} of ${shown}. `, el('button', { onclick: () => toggle(list), ariaExpanded: String(open), 'data-list': list }, text));
}

/** The word for a change, if any. @param {any} before @param {any} now @param {(item: any) => any} identity */
function change(before, now, identity) {
  if (!before && !now) return undefined;
  if (!before) return 'new';
  if (!now) return 'gone';
  if (identity(before) !== identity(now)) return 'new';
  return same(before, now) ? undefined : 'changed';
}

/**
 * A cell with a word for its change.
 * @param {string | undefined} kind
 * @param {string | undefined} hit
 * @param {...any} parts
 */
const cell = (kind, hit, ...parts) => el(['td', hit, kind].filter(Boolean).join('.'), ...parts, hit && ' ', hit && mark('hit'), kind && ' ', kind && mark(kind));

/** @param {any} step @param {string} kind @param {string} name The member with the component's name. */
const lookups = (step, kind, name) =>
  (step.trace?.steps ?? []).filter((/** @type {any} */ one) => one.kind === kind).map((/** @type {any} */ one) => ({ ...one, name: one[name] }));

/**
 * A TLB or a cache as sets and ways, or its name if it is empty.
 * @param {{now: any, before: any, looked: any[], items: string, text: (item: any) => string, identity: (item: any) => any, first: boolean, lists: Lists}} part
 */
function sets({ now, before, looked, items, text, identity, first, lists }) {
  const key = (/** @type {any} */ { set, way }) => `${set}/${way}`;
  const [old, current] = [keyed(first ? now[items] : before?.[items], key), keyed(now[items], key)];
  const used = new Set([...old.values(), ...current.values()].map(({ set }) => set));
  for (const { set } of looked) used.add(set);
  const all = [...used].sort((a, b) => a - b);
  const row = (/** @type {any} */ set) => {
    const here = looked.filter((one) => one.set === set);
    const cells = Array.from({ length: now.ways }, (_, way) => {
      const [was, is] = [old.get(`${set}/${way}`), current.get(`${set}/${way}`)];
      const kind = change(was, is, identity);
      const hit = here.some((one) => one.hit && one.way === way) ? 'hit' : undefined;
      if (!was && !is) return el('td.empty', '–');
      const replaced = kind === 'new' && was ? el('span.old', text(was)) : undefined;
      return cell(kind, hit, is ? text(is) : el('span.old', text(was)), replaced && ' ', replaced);
    });
    // A figure of an access shows a TLB or cache by itself, without its sets.
    const shown = `${part('part', now.name)}${here.length ? '' : part('set', set)}`;
    return el(here.length ? 'tr.looked' : 'tr', { 'data-figure': shown }, el('th', { scope: 'row' }, hex(set), here.length > 0 && ' ', here.length > 0 && mark(here.some((one) => one.hit) ? 'looked up' : 'miss', here.some((one) => one.hit) ? 'looked' : 'gone')), ...cells);
  };
  const head = el('thead', el('tr', el('th', { scope: 'col' }, 'set'), ...Array.from({ length: now.ways }, (_, way) => el('th', { scope: 'col' }, `way ${way}`))));
  const { hits, misses, evictions, writebacks } = now.counts;
  const counts = [many(hits, 'hit'), many(misses, 'miss'), evictions && many(evictions, 'eviction'), writebacks && many(writebacks, 'write-back')].filter(Boolean).join(', ');
  if (!all.length && !now.more) return now.name;
  const shape = `${many(now.sets, 'set')} × ${many(now.ways, 'way')}`;
  return el('div.part',
    el('p.caption', now.name, ' ', el('span.counts', `${shape}; ${counts}`)),
    all.length > 0 && el('div.scroll', { tabIndex: 0, role: 'region', ariaLabel: now.name }, el('table', head, el('tbody', ...all.slice(0, MOST).map(row)))),
    rest(lists, now.name, now.more, all.length, 'sets in use'));
}

/** @param {any} now @param {any} before @param {any} step @param {boolean} first @param {Lists} lists */
function core(now, before, step, first, lists) {
  const tlbs = lookups(step, 'tlb-lookup', 'tlb');
  const caches = lookups(step, 'cache-lookup', 'cache');
  const of = (/** @type {any[]} */ list, /** @type {string} */ name) => list.filter((one) => one.name === name);
  return [
    ...now.tlbs.map((/** @type {any} */ tlb, /** @type {number} */ at) => sets({
      now: tlb, before: before?.tlbs[at], looked: of(tlbs, tlb.name), items: 'entries', first, lists,
      text: ({ tag, ppn, asid, flags }) => [tag === null ? 'tag –' : `tag ${hex(tag)}`, ppn === null ? '' : `→ PPN ${hex(ppn)}`, asid ? `ASID ${asid}` : '', asid && !flags.includes('rw') ? 'read-only' : ''].filter(Boolean).join(' '),
      identity: ({ tag, asid, ppn }) => `${tag} ${asid} ${ppn}`,
    })),
    ...now.caches.map((/** @type {any} */ cache, /** @type {number} */ at) => sets({
      now: cache, before: before?.caches[at], looked: of(caches, cache.name), items: 'lines', first, lists,
      text: ({ tag, dirty, bytes }) => [tag === null ? 'tag –' : `tag ${hex(tag)}`, dirty ? 'dirty' : '', bytes.length && bytes.length <= 8 ? `[${bytes.map((/** @type {any} */ byte) => (byte === null ? '–' : byte.toString(16).toUpperCase().padStart(2, '0'))).join(' ')}]` : ''].filter(Boolean).join(' '),
      identity: ({ tag }) => tag,
    })),
  ];
}

/** @param {any} kernel @param {any} old @param {boolean} first @param {Lists} lists */
function processes(kernel, old, first, lists) {
  const before = keyed(first ? kernel.processes : old?.processes, ({ pid }) => pid);
  const shared = new Map(kernel.frames.map((/** @type {any} */ frame) => [frame.frame, frame.mapped_by.length]));
  const one = (/** @type {any} */ process) => {
    const was = before.get(process.pid);
    const areas = keyed(was?.areas, ({ start }) => start);
    const owned = keyed(was?.pages, ({ vpn }) => vpn);
    const left = new Set(process.pages.map(({ vpn }) => vpn));
    const gone = [...owned.keys()].filter((vpn) => !left.has(vpn));
    const area = (/** @type {any} */ area) => el('tr', { 'data-figure': part('area', hex(area.start)) }, cell(change(areas.get(area.start), area, ({ start }) => start), undefined, area.name || '–'), el('td', `${hex(area.start)}–${hex(area.end)}`), el('td', area.perms), el('td', area.backing));
    const page = (/** @type {any} */ page) => {
      const placed = (/** @type {any} */ { frame, slot }) => (frame !== null ? `frame ${frame}` : slot !== null ? `swap slot ${slot}` : 'the zero page');
      const place = placed(page);
      const moved = owned.get(page.vpn);
      const kind = !moved ? 'new' : placed(moved) === place ? undefined : 'changed';
      const others = page.frame !== null && shared.get(page.frame) > 1;
      // The bit that `fork` clears and copy-on-write sets again.
      const bits = (/** @type {any} */ { writable }, /** @type {any} */ old) =>
        writable === undefined ? el('td', '–') : cell(old?.writable !== undefined && old.writable !== writable ? 'changed' : undefined, undefined, `R/W = ${Number(writable)}`);
      return el('tr', page.frame !== null && { 'data-figure': part('frame', page.frame) }, el('td', `VPN ${hex(page.vpn)}`), cell(kind, undefined, place, others && ' ', others && mark('shared', 'looked'), kind === 'changed' && placed(moved) !== place && el('span.old', ` was ${placed(moved)}`)),
        bits(page, moved));
    };
    const fresh = !was && !first;
    return el('div.part',
      el('p.caption', `${process.name}`, ' ', el('span.counts', `PID ${process.pid}, ${process.state}; ${process.minor_faults} minor and ${many(process.major_faults, 'major fault')}`), fresh && ' ', fresh && mark('new')),
      process.areas.length > 0 && el('div.scroll', { tabIndex: 0, role: 'region', ariaLabel: `Areas of ${process.name}` }, el('table', el('thead', el('tr', ...['area', 'addresses', 'perms', 'backing'].map((name) => el('th', { scope: 'col' }, name)))), el('tbody', ...process.areas.map(area)))),
      process.pages.length + gone.length > 0 && el('table', el('thead', el('tr', ...['page', 'in', 'PTE'].map((name) => el('th', { scope: 'col' }, name)))), el('tbody', ...process.pages.slice(0, MOST).map(page), ...gone.slice(0, MOST).map((vpn) => el('tr', el('td', `VPN ${hex(vpn)}`), cell('gone', undefined, '–'), el('td', '–'))))),
      rest(lists, `process ${process.pid}`, process.more, process.pages.length, 'pages'),
      process.output.length > 0 && el('p.lacking', `output: ${new TextDecoder().decode(Uint8Array.from(process.output))}`));
  };
  const living = kernel.processes.filter((/** @type {any} */ process) => process.state !== 'ended');
  return living.length ? el('div.processes', ...living.map(one)) : el('p.lacking', kernel.processes.length ? 'Every process has ended.' : 'No process yet.');
}

/** @param {any} kernel @param {any} old @param {boolean} first @param {Lists} lists */
function frames(kernel, old, first, lists) {
  const before = keyed(first ? kernel.frames : old?.frames, ({ frame }) => frame);
  const names = new Map(kernel.processes.map((/** @type {any} */ { pid, name }) => [pid, name]));
  const owners = (/** @type {[number, number][]} */ list) => list.map(([pid, vpn]) => `${names.get(pid) ?? pid}: VPN ${hex(vpn)}`).join(', ') || '–';
  const row = (/** @type {any} */ frame) => {
    const was = before.get(frame.frame);
    const kind = !was ? 'new' : same([was.contents, was.dirty, was.mapped_by], [frame.contents, frame.dirty, frame.mapped_by]) ? undefined : 'changed';
    return el('tr', { 'data-figure': part('frame', frame.frame) }, el('th', { scope: 'row' }, frame.frame), cell(kind, undefined, frame.contents, frame.dirty && ', dirty'), el('td', owners(frame.mapped_by)));
  };
  const slots = keyed(first ? kernel.swap : old?.swap, ({ slot }) => slot);
  const slot = (/** @type {any} */ now) => {
    const was = slots.get(now.slot);
    return el('tr', el('th', { scope: 'row' }, now.slot), cell(!was ? 'new' : same(was.pages, now.pages) ? undefined : 'changed', undefined, owners(now.pages)), el('td', now.frame === null ? '–' : `frame ${now.frame}`));
  };
  const table = (/** @type {string[]} */ heads, /** @type {any[]} */ rows, /** @type {(item: any) => Node} */ row) =>
    rows.length > 0 && el('table', el('thead', el('tr', ...heads.map((name) => el('th', { scope: 'col' }, name)))), el('tbody', ...rows.slice(0, MOST).map(row)));
  const used = (/** @type {any[]} */ list, /** @type {number} */ more) => list.length + (more ?? 0);
  return [
    el('div.part', el('p.caption', 'Page frames ', el('span.counts', `${used(kernel.frames, kernel.more_frames)} of ${kernel.frame_limit} in use`)),
      kernel.frames.length > 0 && el('div.scroll', { tabIndex: 0, role: 'region', ariaLabel: 'Page frames' }, table(['frame', 'contents', 'mapped by'], kernel.frames, row)),
      rest(lists, 'frames', kernel.more_frames, kernel.frames.length, 'frames')),
    kernel.swap_slots > 0 && el('div.part', el('p.caption', 'Swap ', el('span.counts', `${used(kernel.swap, kernel.more_slots)} of ${kernel.swap_slots} slots in use`)),
      table(['slot', 'page of', 'also in'], kernel.swap, slot),
      rest(lists, 'swap', kernel.more_slots, kernel.swap.length, 'slots')),
    kernel.files.length > 0 && el('div.part', el('p.caption', 'Files ', el('span.counts', kernel.files.map((/** @type {any} */ { name, size }) => `${name}, ${size} B`).join('; ')))),
  ];
}

/**
 * The changes as one line of links, because many of them are below the screen.
 * @param {HTMLElement} to
 */
function changes(to) {
  /** @type {Map<HTMLElement, string[]>} */
  const found = new Map();
  for (const changed of /** @type {NodeListOf<HTMLTableCellElement>} */ (to.querySelectorAll('td.new, td.changed, td.gone'))) {
    const own = /** @type {HTMLElement | null} */ (changed.closest('.part'));
    const row = changed.closest('tr')?.firstElementChild;
    if (!own || !row || changed.closest('details:not([open])')) continue;
    const words = ['new', 'gone', 'changed'].filter((word) => changed.classList.contains(word)).join();
    const place = row === changed ? 'area' : `${row.tagName === 'TH' && changed.closest('table')?.querySelector('th')?.textContent || ''} ${row.firstChild?.textContent}`.trim();
    // Where a page is now is what one looks for.
    const column = changed.closest('table')?.querySelectorAll('thead th')[changed.cellIndex]?.textContent ?? '';
    const inside = [...changed.childNodes].filter((node) => !(node instanceof Element && node.matches('.mark'))).map((node) => node.textContent).join('').trim();
    found.set(own, [...(found.get(own) ?? []), words === 'gone' || !/^(in|PTE)$/.test(column) ? `${place} ${words}` : column === 'in' ? `${place} in ${inside}` : `${place} has ${inside}`]);
  }
  if (!found.size) return el('p.changes', el('b', 'Changed: '), 'no entry, page, or frame');
  return el('p.changes', el('b', 'Changed: '), ...[...found].flatMap(([own, [one, ...more]]) => [
    el('button', { onclick: () => own.scrollIntoView({ block: 'center' }) }, `${own.querySelector('.caption')?.firstChild?.textContent?.trim() ?? 'Variables'}: ${one}${more.length ? `; ${many(more.length, 'other change')}` : ''}`), ' ']));
}

/** The listing of a program in a process, with its current line. @param {any} program @param {any} before */
function listing({ name, pid, line, has_ended: hasEnded, text }, before) {
  const row = (/** @type {string} */ code, /** @type {number} */ at) => {
    const here = at + 1 === line;
    return el(here ? 'tr.looked' : 'tr', here && { ariaCurrent: 'step' }, el('th', { scope: 'row' }, at + 1), el('td', el('code', code || ' '), here && ' ', here && mark(hasEnded ? 'ended here' : 'next', 'looked')));
  };
  const moved = before?.find((/** @type {any} */ one) => one.name === name)?.line !== line;
  return el('div.part', el('p.caption', `Program ${name}`, ' ', el('span.counts', `PID ${pid}, ${hasEnded ? 'ended in' : 'paused before'} line ${line}`), moved && ' ', moved && mark('changed')),
    el('div.scroll', { tabIndex: 0, role: 'region', ariaLabel: `Program ${name}` }, el('table.listing', el('tbody', ...text.slice(0, MOST).map(row)))));
}

/**
 * Shows a state.
 * @param {HTMLElement} to
 * @param {any} step
 * @param {{before: any, now: any}} states
 * @param {Lists} lists
 */
export function show(to, step, { before, now }, lists) {
  const machine = now?.machine;
  if (!machine) {
    to.replaceChildren(el('p.lacking', 'No machine has been declared yet.'));
    return;
  }
  // A new machine is no change of the earlier one.
  const first = !before?.machine;
  const parts = [];
  if (now.programs) parts.push(el('h3', 'Programs'), ...now.programs.map((/** @type {any} */ program) => listing(program, before?.programs)));
  if (now.kernel) parts.push(el('h3', 'Processes'), processes(now.kernel, before?.kernel, first || !before?.kernel, lists));
  const [own] = machine.cores;
  const several = machine.cores.length === 1 && machine.current_core > 0 ? ` of core ${machine.current_core}` : '';
  if (own.tlbs.length + own.caches.length > 0) {
    const shown = core(own, before?.machine?.cores?.[0], step, first, lists);
    const empty = shown.filter((part) => typeof part === 'string');
    parts.push(el('h3', `TLBs and caches${several}`), ...shown.filter((part) => typeof part !== 'string'), empty.length > 0 && el('p.lacking', `Empty: ${empty.join(', ')}`));
  }
  if (now.kernel) parts.push(el('h3', 'Memory'), ...frames(now.kernel, before?.kernel, first || !before?.kernel, lists));
  if (machine.page_table) {
    const { entries, more } = machine.page_table;
    const old = keyed(before?.machine?.page_table?.entries, ({ vpn }) => vpn);
    const row = (/** @type {any} */ entry) => el('tr', el('th', { scope: 'row' }, hex(entry.vpn)), cell(first ? undefined : change(old.get(entry.vpn), entry, ({ ppn }) => ppn), undefined, hex(entry.ppn)), el('td', entry.flags.join(' ')));
    if (entries.length || more) {
      parts.push(el('div.part', el('p.caption', 'Page table ', el('span.counts', many(entries.length + (more ?? 0), 'page'))),
        entries.length > 0 && el('table', el('thead', el('tr', ...['VPN', 'PPN', 'bits'].map((name) => el('th', { scope: 'col' }, name)))), el('tbody', ...entries.slice(0, MOST).map(row))),
        rest(lists, 'page table', more, entries.length, 'pages')));
    }
  }
  const variables = Object.entries(now.variables ?? {}).filter(([, value]) => ['number', 'string', 'boolean'].includes(typeof value));
  if (variables.length) {
    parts.push(el('details', el('summary', `Variables: ${variables.length}`), el('div.part', el('table', el('tbody',
      ...variables.map(([name, value]) => el('tr', el('th', { scope: 'row' }, name), cell(same(before?.variables?.[name], value) ? undefined : before?.variables && name in before.variables ? 'changed' : 'new', undefined, typeof value === 'number' ? `${value} = ${hex(value)}` : String(value)))))))));
  }
  const focused = /** @type {HTMLElement | null} */ (to.contains(document.activeElement) ? document.activeElement : null)?.dataset.list;
  to.replaceChildren(...parts.filter(Boolean));
  if (focused) /** @type {HTMLElement | null} */ (to.querySelector(`[data-list="${CSS.escape(focused)}"]`))?.focus();
  if (!first) to.prepend(changes(to));
}
