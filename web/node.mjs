// The engine in Node, without a worker: for the build, which takes the words of the language from it, and for tests.
import { readFileSync } from 'node:fs';

/** Where `.ci/web build` puts the engine. */
export const WASM = new URL('../target/web/engine.wasm', import.meta.url);

/** Returns a function that handles a request: `ask({op, …}, {onPart, attach})`. */
export function engine(module = new WebAssembly.Module(readFileSync(WASM))) {
  let answer;
  let lastWords;
  let receive;
  const decoder = new TextDecoder();
  const text = (pointer, length) => decoder.decode(new Uint8Array(exports.memory.buffer, pointer, length));
  const { exports } = new WebAssembly.Instance(module, {
    page: {
      emit(kind, pointer, length) {
        const piece = text(pointer, length);
        if (kind === 0) receive?.(piece);
        else answer = { kind, piece };
      },
      died: (pointer, length) => (lastWords = text(pointer, length)),
    },
  });
  const copied = (bytes) => {
    const pointer = exports.reserve(bytes.length);
    new Uint8Array(exports.memory.buffer, pointer, bytes.length).set(bytes);
    return pointer;
  };
  return (request, { onPart, attach } = {}) => {
    receive = onPart;
    try {
      if (attach) exports.attach(copied(attach), attach.length);
      const bytes = new TextEncoder().encode(JSON.stringify(request));
      exports.request(copied(bytes), bytes.length);
    } catch (error) {
      throw new Error(lastWords ?? String(error), { cause: error });
    }
    const value = JSON.parse(answer.piece);
    if (answer.kind === 2) throw new Error(value.message);
    return value;
  };
}
