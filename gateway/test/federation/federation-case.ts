import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSupergraph, type TestSubgraph, type TestSupergraph } from '../fixtures/start-supergraph.ts';

/** One operation with the answer that the specifications ask for, written by hand. */
export interface FederationCase {
  readonly name: string;
  readonly query: string;
  readonly variables?: object;
  readonly data: unknown;
  /** `path CODE` of each error, in any order. */
  readonly errors?: readonly string[];
  /** Subgraphs asked, in order, one entry per fetch. Checked where the number of fetches is the point. */
  readonly fetches?: readonly string[];
}

/** Describes one small supergraph and what it must answer. Its subgraphs run in the gateway's process. */
export function describeSupergraph(
  title: string,
  subgraphs: Readonly<Record<string, TestSubgraph>>,
  cases: readonly FederationCase[],
): void {
  describe(title, () => {
    let graph: TestSupergraph;
    beforeAll(async () => {
      graph = await startSupergraph(subgraphs, { inProcess: true });
    });
    afterAll(() => graph[Symbol.asyncDispose]());

    test.each(cases)('$name', async ({ query, variables, data, errors = [], fetches }) => {
      graph.received.length = 0;
      const reply = await graph.client.request(query, variables);
      const found = (reply.errors ?? []).map(
        ({ path, extensions }) => `${path?.join('.') ?? ''} ${extensions?.['code']}`,
      );
      expect(found.sort()).toEqual([...errors].sort());
      expect(reply.data).toEqual(data);
      // The order of keys is part of a GraphQL answer.
      expect(JSON.stringify(reply.data)).toBe(JSON.stringify(data));
      if (fetches !== undefined) expect(graph.received.map(({ subgraph }) => subgraph)).toEqual(fetches);
    });
  });
}

type Row = Record<string, unknown>;

/** A `__resolveReference` that finds the row agreeing with every given key field; nested keys are compared as JSON. */
export function byKey(rows: readonly Row[]): (reference: Row) => Row | null {
  return (reference) => {
    const keys = Object.entries(reference).filter(([name]) => name !== '__typename');
    const matches = (row: Row) => keys.every(([name, value]) => includes(row[name], value));
    return rows.find(matches) ?? null;
  };
}

function includes(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part)) return Array.isArray(whole) && part.every((value, index) => includes(whole[index], value));
  if (typeof part === 'object' && part !== null) {
    return Object.entries(part).every(
      ([name, value]) => name === '__typename' || includes((whole as Row | undefined)?.[name], value),
    );
  }
  return whole === part;
}
