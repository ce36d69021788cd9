// The engine in a worker, as an object with promises. `web/engine/README.md` describes the requests.
// @ts-check

/** @type {Map<string, Promise<WebAssembly.Module>>} Modules by URL: compiling takes longer than everything else. */
const compiled = new Map();

/** @param {string} url */
async function download(url) {
  const response = await fetch(url);
  if (!response.ok) throw new EngineError('missing', `The server answered ${response.status} for ${url}.`);
  // Many servers of course pages do not know the type of WebAssembly, and the streaming compiler refuses any other.
  return response.headers.get('Content-Type') === 'application/wasm'
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

/**
 * Compiles the engine, once for each URL.
 * @param {URL | string | BufferSource | WebAssembly.Module} wasm
 * @returns {Promise<WebAssembly.Module>}
 */
export function compile(wasm) {
  if (wasm instanceof WebAssembly.Module) return Promise.resolve(wasm);
  if (typeof wasm !== 'string' && !(wasm instanceof URL)) return WebAssembly.compile(wasm);
  const url = String(wasm);
  let module = compiled.get(url);
  if (!module) {
    module = download(url);
    compiled.set(url, module);
    // A lost connection is no reason to refuse the next attempt.
    module.catch(() => compiled.delete(url));
  }
  return module;
}

/**
 * Why a request has no answer: `refused` by the engine, `died` in it (its state is lost), `stopped` by the page, or the
 * engine is `missing` on the server.
 */
export class EngineError extends Error {
  /**
   * @param {'refused' | 'died' | 'stopped' | 'missing'} kind
   * @param {string} message
   */
  constructor(kind, message) {
    super(message);
    this.name = 'EngineError';
    this.kind = kind;
  }
}

/**
 * @typedef {object} Pending
 * @property {{request: string, attach?: ArrayBuffer}} message
 * @property {((part: string) => void) | undefined} onPart
 * @property {(answer: any) => void} resolve
 * @property {(error: EngineError) => void} reject
 */

/** One engine in one worker. Its requests are handled one after another, in the order of the calls. */
export class Engine {
  /** @type {Worker | undefined} */
  #worker;
  /** @type {Pending[]} The first one is with the worker. */
  #queue = [];
  #wasm;
  #source;
  /** Counts the workers. A larger number than before means that the engine has lost the open script. */
  generation = 0;

  /**
   * @param {object} [from]
   * @param {URL | string | BufferSource | WebAssembly.Module} [from.wasm] The module: a URL, its bytes, or compiled.
   * @param {URL | string} [from.worker] The URL of `worker.js`, which may be a `blob:` URL.
   */
  constructor({ wasm = new URL('engine.wasm', document.baseURI), worker = new URL('worker.js', document.baseURI) } = {}) {
    this.#wasm = wasm;
    this.#source = worker;
  }

  /** Loads the module ahead of the first request. */
  async load() {
    this.#wasm = await compile(this.#wasm);
  }

  /**
   * Sends a request and returns its answer.
   * @param {{op: string, [member: string]: any}} request
   * @param {object} [options]
   * @param {(part: string) => void} [options.onPart] Receives each part of a stream, as text.
   * @param {ArrayBuffer} [options.attach] A file for this request. The page gives it away.
   * @returns {Promise<any>}
   */
  request(request, { onPart, attach } = {}) {
    return new Promise((resolve, reject) => {
      this.#queue.push({ message: { request: JSON.stringify(request), attach }, onPart, resolve, reject });
      if (this.#queue.length === 1) this.#next();
    });
  }

  /** Whether a request is waiting for its answer. */
  get busy() {
    return this.#queue.length > 0;
  }

  /** Ends the worker at once, even in a script without end. The next request starts another one, without the open script. */
  stop() {
    this.#end(new EngineError('stopped', 'Stopped.'));
  }

  /** @param {EngineError} error */
  #end(error) {
    this.#worker?.terminate();
    this.#worker = undefined;
    // The waiting requests depend on the lost state.
    for (const { reject } of this.#queue.splice(0)) reject(error);
  }

  async #next() {
    const [first] = this.#queue;
    if (!first) return;
    if (!this.#worker) {
      try {
        await this.load();
      } catch (error) {
        if (this.#queue[0] === first) {
          this.#end(error instanceof EngineError ? error : new EngineError('missing', `The engine did not load: ${error}`));
        }
        return;
      }
      // The page may have stopped the request while the module was loading.
      if (this.#queue[0] !== first) return;
      this.#start();
    }
    const { message } = first;
    this.#worker?.postMessage(message, message.attach ? [message.attach] : []);
  }

  #start() {
    const worker = new Worker(this.#source);
    worker.onmessage = ({ data }) => this.#worker === worker && this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      if (this.#worker === worker) this.#end(new EngineError('died', event.message || 'The worker of the engine did not start.'));
    };
    worker.postMessage({ module: this.#wasm });
    this.#worker = worker;
    this.generation += 1;
  }

  /** @param {{parts?: string[], answer?: string, refusal?: string, died?: string}} message */
  #receive({ parts, answer, refusal, died }) {
    if (died !== undefined) return this.#end(new EngineError('died', died));
    const first = this.#queue[0];
    if (parts) return parts.forEach((part) => first?.onPart?.(part));
    this.#queue.shift();
    if (answer !== undefined) first?.resolve(JSON.parse(answer));
    else first?.reject(new EngineError('refused', JSON.parse(refusal ?? '{}').message));
    this.#next();
  }
}
