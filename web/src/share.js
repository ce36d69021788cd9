// A script in the fragment of a link: compressed, so that links stay short, and never sent to a server.
// @ts-check

/** The forms of compressed scripts. The first one has a checksum, so that a changed character does not change the script. Old links have the other one. */
const FORMS = /** @type {const} */ ({ d: 'deflate', z: 'deflate-raw' });

/** @param {Uint8Array} bytes */
async function compressed(bytes) {
  const out = new Blob([/** @type {BlobPart} */ (bytes)]).stream().pipeThrough(new CompressionStream(FORMS.d));
  return new Uint8Array(await new Response(out).arrayBuffer());
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/[+/=]/g, (sign) => ({ '+': '-', '/': '_' })[sign] ?? '');
}

/** @param {string} text */
function bytes(text) {
  const binary = atob(text.replace(/[-_]/g, (sign) => (sign === '-' ? '+' : '/')));
  return Uint8Array.from(binary, (sign) => sign.charCodeAt(0));
}

/** @typedef {{text: string, [member: string]: string | number | boolean | undefined}} Shared */

/** @param {Shared} shared */
const plain = (shared) => new TextEncoder().encode(JSON.stringify(shared));

/** Returns a fragment without compression, at once: who leaves a page does not wait. @param {Shared} shared */
export const plainFragment = (shared) => `#u${base64url(plain(shared))}`;

/**
 * Returns a fragment for a text and other members, such as `{text, step}`: `#d…`, or `#u…` where a browser cannot compress.
 * @param {Shared} shared
 */
export async function toFragment(shared) {
  return 'CompressionStream' in globalThis ? `#d${base64url(await compressed(plain(shared)))}` : plainFragment(shared);
}

/** The longest text that a page opens from a link. A small fragment can expand to gigabytes. */
const LONGEST = 4 << 20;

/** @param {Uint8Array} packed @param {CompressionFormat} form */
async function expanded(packed, form) {
  const reader = new Blob([/** @type {BlobPart} */ (packed)]).stream().pipeThrough(new DecompressionStream(form)).getReader();
  const parts = [];
  for (let length = 0; length <= LONGEST; ) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(parts).arrayBuffer());
    parts.push(value);
    length += value.length;
  }
  reader.cancel();
  return undefined;
}

/** What a page says if a link has a fragment, but no script. */
export const NO_SCRIPT = 'This link contains no script. Copy the whole link.';

/**
 * Returns the members that `toFragment` wrote, or `undefined` for any other fragment. Punctuation after them belongs to the text around the link.
 * @param {string} fragment
 * @returns {Promise<{text: string, [member: string]: any} | undefined>}
 */
export async function fromFragment(fragment) {
  const [, form, data] = /^#?([dzu])([\w-]+)(?:%\w\w|[^\w%-])*$/.exec(fragment) ?? [];
  if (!data) return undefined;
  try {
    const packed = bytes(data);
    const plain = form === 'u' ? packed : await expanded(packed, FORMS[/** @type {'d' | 'z'} */ (form)]);
    const shared = plain && JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plain));
    return typeof shared?.text === 'string' ? shared : undefined;
  } catch {
    // A link that a mail program has cut is no error of the page.
    return undefined;
  }
}
