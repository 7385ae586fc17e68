import type { Dispatcher } from 'undici';

/** One POST to a subgraph. */
export interface ExchangeRequest {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** Ends the exchange when nobody waits for it any more. */
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
  /** A longer answer is not read to its end. */
  readonly maxBytes: number;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** Why an exchange ended before its answer did; other errors are the connection's. */
export class ExchangeEndedError extends Error {
  override readonly name = 'ExchangeEndedError';
  readonly reason: 'deadline' | 'abandoned' | 'too-long';
  constructor(reason: ExchangeEndedError['reason']) {
    super(`The exchange ended: ${reason}.`);
    this.reason = reason;
  }
}

/**
 * Sends a request and reads its answer as UTF-8 text. Rejects with ExchangeEndedError or the connection's error.
 *
 * `pool.request` would do, but makes a stream of each answer and wants a signal that combines client and deadline: for
 * answers of a few kilobytes that costs more than the rest of the exchange.
 */
export function exchange(pool: Dispatcher, request: ExchangeRequest): Promise<ExchangeAnswer> {
  return new Promise((resolve, reject) => {
    if (request.signal.aborted) {
      reject(new ExchangeEndedError('abandoned'));
      return;
    }
    const running = new RunningExchange(request, resolve, reject);
    const { path, headers, body } = request;
    // The deadline bounds the whole; the client's own timers for headers and body would only add work.
    pool.dispatch({ method: 'POST', path, headers, body, headersTimeout: 0, bodyTimeout: 0 }, running);
  });
}

class RunningExchange implements Dispatcher.DispatchHandler {
  readonly #request: ExchangeRequest;
  readonly #resolve: (answer: ExchangeAnswer) => void;
  readonly #reject: (error: Error) => void;
  readonly #deadline: NodeJS.Timeout;
  readonly #onAbort = () => this.#end(new ExchangeEndedError('abandoned'));
  #controller: Dispatcher.DispatchController | undefined;
  /** Set when it was given up before it had a connection. */
  #ended: ExchangeEndedError | undefined;
  #status = 0;
  #retryAfter: string | undefined;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(request: ExchangeRequest, resolve: (answer: ExchangeAnswer) => void, reject: (error: Error) => void) {
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#deadline = setTimeout(() => this.#end(new ExchangeEndedError('deadline')), request.deadlineMs);
    request.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#ended !== undefined) {
      controller.abort(this.#ended);
      return;
    }
    this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    const retryAfter = headers['retry-after'];
    this.#status = status;
    this.#retryAfter = typeof retryAfter === 'string' ? retryAfter : undefined;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#length > this.#request.maxBytes) this.#end(new ExchangeEndedError('too-long'));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#release();
    const [first] = this.#chunks;
    const bytes = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks, this.#length);
    this.#resolve({ status: this.#status, retryAfter: this.#retryAfter, text: bytes.toString('utf8') });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#release();
    this.#reject(this.#ended ?? error);
  }

  #end(reason: ExchangeEndedError): void {
    this.#ended ??= reason;
    this.#release();
    this.#reject(this.#ended);
    this.#controller?.abort(this.#ended);
  }

  #release(): void {
    clearTimeout(this.#deadline);
    this.#request.signal.removeEventListener('abort', this.#onAbort);
  }
}
