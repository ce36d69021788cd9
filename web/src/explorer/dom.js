// Elements of the explorer.
// @ts-check

/**
 * Makes an element. Strings become text, never markup.
 * @param {string} name A tag, with classes: `td.hit`.
 * @param {...(Node | string | number | null | undefined | false | Record<string, any>)} parts Children, and objects with properties.
 * @returns {any}
 */
export function el(name, ...parts) {
  const [tag, ...classes] = name.split('.');
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(' ');
  for (const part of parts) {
    if (part === null || part === undefined || part === false) continue;
    if (part instanceof Node || typeof part !== 'object') element.append(part instanceof Node ? part : String(part));
    else for (const [key, value] of Object.entries(part)) {
      if (key in element) element[key] = value;
      else element.setAttribute(key, value);
    }
  }
  return element;
}

/** @param {string} id @returns {any} */
export const at = (id) => document.getElementById(id);

/** A text of the engine, whose back quotes mark code. @param {string} text */
export const prose = (text) => text.split(/`([^`]*)`/).map((part, at) => (at % 2 ? el('code', part) : part));

/** @param {number | string} number A number, or the text of one that JavaScript would round. */
export const hex = (number) => (typeof number === 'string' ? number : `0x${number.toString(16).toUpperCase()}`);

/** @param {string} word A word for a change, which says the same as its color. */
export const mark = (word, kind = word) => el(`span.mark.${kind}`, word);
