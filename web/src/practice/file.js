// A practice file: one page with the engine inside, which also works without a server.
// @ts-check
import { Engine } from '../engine.js';
import { practice, refused } from './sheet.js';

/** @param {string} id */
const inside = (id) => document.getElementById(id)?.textContent ?? '';

/** @param {string} packed Compressed bytes in base64. */
async function unpacked(packed) {
  const bytes = Uint8Array.from(atob(packed.trim()), (sign) => sign.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}

const main = /** @type {HTMLElement} */ (document.querySelector('main'));
try {
  const exam = JSON.parse(inside('exam'));
  const worker = URL.createObjectURL(new Blob([JSON.parse(inside('worker'))], { type: 'text/javascript' }));
  // Firefox fetches nothing for a page in a file, so the engine gets bytes and not an address.
  await practice(main, new Engine({ wasm: await unpacked(inside('engine')), worker }), exam);
} catch (error) {
  refused(main, `This page cannot run its exam: ${error instanceof Error ? error.message : error}`);
}
