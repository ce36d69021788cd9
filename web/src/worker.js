// The worker of the engine. A classic script, because a module can't start from a `blob:` URL in each browser.
// The page sends `{module}` first, and then `{request, attach}`, one at a time.
'use strict';

{
  /** The promise of an instance: Firefox delivers requests before the module is instantiated. */
  let ready;
  let lastWords;
  let parts = [];
  let flushed = 0;

  const flush = () => {
    if (parts.length > 0) postMessage({ parts });
    parts = [];
    flushed = performance.now();
  };

  const start = async (module) => {
    const decoder = new TextDecoder();
    const text = (pointer, length) => decoder.decode(new Uint8Array(exports.memory.buffer, pointer, length));
    const emit = (kind, pointer, length) => {
      const piece = text(pointer, length);
      if (kind === 0) {
        parts.push(piece);
        // One message for each part would take longer than the run, and progress has to arrive while a run lasts.
        if (performance.now() - flushed > 40) flush();
        return;
      }
      flush();
      postMessage(kind === 1 ? { answer: piece } : { refusal: piece });
    };
    const died = (pointer, length) => {
      lastWords = text(pointer, length);
    };
    const { exports } = await WebAssembly.instantiate(module, { page: { emit, died } });
    return exports;
  };

  const copied = (exports, bytes) => {
    const pointer = exports.reserve(bytes.length);
    new Uint8Array(exports.memory.buffer, pointer, bytes.length).set(bytes);
    return pointer;
  };

  const handle = async ({ request, attach }) => {
    try {
      const exports = await ready;
      flushed = performance.now();
      if (attach) exports.attach(copied(exports, new Uint8Array(attach)), attach.byteLength);
      const bytes = new TextEncoder().encode(request);
      exports.request(copied(exports, bytes), bytes.length);
    } catch (error) {
      postMessage({ died: lastWords ?? explained(error) });
    }
  };

  /** A full memory ends the engine without a message of its own. */
  const explained = (error) =>
    error instanceof WebAssembly.RuntimeError && /unreachable/.test(error.message)
      ? 'The script needs more memory than this page has.'
      : String(error);

  onmessage = ({ data }) => {
    if (data.module) ready = start(data.module);
    else handle(data);
  };
}
