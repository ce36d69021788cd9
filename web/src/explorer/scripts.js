// The scripts that a person has written, which the browser keeps: the last ones, the newest first.
// @ts-check

/**
 * @typedef {object} Script
 * @property {number} own When it was begun, which identifies it.
 * @property {number} time When it was last changed.
 * @property {string} name
 * @property {string} about Its first line.
 * @property {string} address The query and the fragment with the script.
 */

const KEY = 'pagewalk-scripts';
const MOST = 10;
/** The scripts of this page, if the browser keeps nothing. @type {Script[]} */
let here = [];

/** @returns {Script[]} */
export function all() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '[]');
  } catch {
    return here;
  }
}

/** Keeps a script in place of its earlier text. @param {Script} script */
export function put(script) {
  // Other tabs also write the list.
  const others = all().filter(({ own }) => own !== script.own);
  write([script, ...others].slice(0, MOST));
}

/** @param {number | undefined} own */
export const remove = (own) => write(all().filter((script) => script.own !== own));

/** @param {Script[]} list */
function write(list) {
  here = list;
  try {
    localStorage.setItem(KEY, JSON.stringify(list));
  } catch {
    // The address of the page still has the script.
  }
}

/* The last words of a page that was left before they were in its address. A tab of its own has them. */

const LEFT = 'pagewalk-left';

/** @param {{from: string, own: number, address: string} | undefined} left */
export function leave(left) {
  try {
    if (left) sessionStorage.setItem(LEFT, JSON.stringify(left));
    else sessionStorage.removeItem(LEFT);
  } catch {
    // They are at most 0.2 seconds old.
  }
}

/** @returns {{from: string, own: number, address: string} | null} */
export function left() {
  try {
    return JSON.parse(sessionStorage.getItem(LEFT) ?? 'null');
  } catch {
    return null;
  }
}
