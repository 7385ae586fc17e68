import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import type { LoadOrder, LoadRequest, LoadResult } from '../support/load-process.ts';
import type { MeasuredProcess } from '../support/measured-process.ts';

/** What one round of one gateway cost. */
export interface Round {
  readonly cpuMicroseconds: number;
  readonly requestsPerSecond: number;
  readonly answerBytes: number;
}

/** A gateway under measure. */
export interface Contestant {
  readonly name: string;
  readonly url: string;
  readonly process: MeasuredProcess;
}

/** Sends load from a process of its own. */
export class LoadGenerator implements AsyncDisposable {
  readonly #child: ChildProcess = fork(new URL('../support/load-process.ts', import.meta.url), [], {
    execArgv: ['--import', 'tsx'],
  });

  /** One round, with the CPU time that it made the gateway use. Throws when an answer was not what was asked for. */
  async round(contestant: Contestant, order: Omit<LoadOrder, 'url'>): Promise<Round> {
    const before = await contestant.process.use();
    const answered = once(this.#child, 'message');
    this.#child.send({ ...order, url: contestant.url } satisfies LoadOrder);
    const [result] = (await answered) as [LoadResult];
    const after = await contestant.process.use();
    if (result.failures > 0) {
      throw new Error(`${contestant.name}: ${result.failures} of ${order.count} failed, first ${result.firstFailure}`);
    }
    return {
      cpuMicroseconds: (after.cpuMicroseconds - before.cpuMicroseconds) / order.count,
      requestsPerSecond: order.count / result.seconds,
      answerBytes: result.answeredBytes / order.count,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
  }
}

/** Both must say the same, or one of them saves work by being wrong. Throws with the first difference. */
export async function requireSameAnswers(contestants: readonly Contestant[], requests: readonly LoadRequest[]) {
  for (const request of requests) {
    const answers = await Promise.all(contestants.map(({ url }) => ask(url, request)));
    for (const [index, answer] of answers.entries()) {
      if (isDeepStrictEqual(answer, answers[0])) continue;
      const shown = [answers[0], answer].map((each) => JSON.stringify(each).slice(0, 600)).join('\n');
      throw new Error(`${contestants[0]?.name} and ${contestants[index]?.name} differ:\n${shown}`);
    }
  }
}

/** The answer of one request. */
export async function ask(url: string, { body, authorization }: LoadRequest): Promise<unknown> {
  const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
  const response = await fetch(url, { method: 'POST', headers, body });
  return response.json();
}
