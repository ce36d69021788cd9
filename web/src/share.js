// A script in the fragment of a link: compressed, so that links stay short, and never sent to a server.
// @ts-check

/** @param {Uint8Array} bytes */
async function compressed(bytes) {
  const out = new Blob([/** @type {BlobPart} */ (bytes)]).stream().pipeThrough(new CompressionStream('deflate-raw'));
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

/**
 * Returns a fragment for a text and other members, such as `{text, step}`: `#z…`, or `#u…` where a browser cannot compress.
 * @param {{text: string, [member: string]: string | number | boolean | undefined}} shared
 */
export async function toFragment(shared) {
  const plain = new TextEncoder().encode(JSON.stringify(shared));
  return 'CompressionStream' in globalThis
    ? `#z${base64url(await compressed(plain))}`
    : `#u${base64url(plain)}`;
}

/** The longest text that a page opens from a link. A small fragment can expand to gigabytes. */
const LONGEST = 4 << 20;

/** @param {Uint8Array} packed */
async function expanded(packed) {
  const reader = new Blob([/** @type {BlobPart} */ (packed)]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
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

/**
 * Returns the members that `toFragment` wrote, or `undefined` for any other fragment.
 * @param {string} fragment
 * @returns {Promise<{text: string, [member: string]: any} | undefined>}
 */
export async function fromFragment(fragment) {
  const [, form, data] = /^#?([zu])([\w-]+)$/.exec(fragment) ?? [];
  if (!data) return undefined;
  try {
    const packed = bytes(data);
    const plain = form === 'z' ? await expanded(packed) : packed;
    const shared = plain && JSON.parse(new TextDecoder().decode(plain));
    return typeof shared?.text === 'string' ? shared : undefined;
  } catch {
    // A link that a mail program has cut is no error of the page.
    return undefined;
  }
}
