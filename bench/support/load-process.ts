// Sends recorded requests to a server from a process of its own, a fixed number at a time.
import { Pool } from 'undici';

/** One request as it is sent. */
export interface LoadRequest {
  readonly body: string;
  readonly authorization?: string | undefined;
}

export interface LoadOrder {
  readonly url: string;
  readonly requests: readonly LoadRequest[];
  readonly concurrency: number;
  readonly count: number;
  /** Sends each request to this many connections at the same time. */
  readonly copies: number;
}

export interface LoadResult {
  readonly seconds: number;
  readonly answeredBytes: number;
  /** Answers with another status than 200, or with errors in them. */
  readonly failures: number;
  readonly firstFailure: string | undefined;
}

async function run({ url, requests, concurrency, count, copies }: LoadOrder): Promise<LoadResult> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: concurrency });
  let next = 0;
  let answeredBytes = 0;
  let failures = 0;
  let firstFailure: string | undefined;

  async function send({ body, authorization }: LoadRequest): Promise<void> {
    const response = await pool.request({
      method: 'POST',
      path: pathname,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(authorization && { authorization }),
      },
      body,
    });
    const text = await response.body.text();
    answeredBytes += text.length;
    if (response.statusCode === 200 && !text.includes('"errors":[')) return;
    failures += 1;
    firstFailure ??= `HTTP ${response.statusCode} ${text.slice(0, 500)}`;
  }

  async function work(): Promise<void> {
    while (next < count) {
      const request = requests[Math.floor(next / copies) % requests.length] as LoadRequest;
      next += copies;
      await Promise.all(Array.from({ length: copies }, () => send(request)));
    }
  }
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: Math.max(1, Math.floor(concurrency / copies)) }, work));
  const seconds = (performance.now() - startedAt) / 1_000;
  await pool.close();
  return { seconds, answeredBytes, failures, firstFailure };
}

process.on('message', async (order: LoadOrder) => {
  process.send?.(await run(order));
});
