import type { TestSubgraph } from '../fixtures/start-supergraph.ts';

/** The live subgraphs with a query `slow` that answers `done` when it is let go. */
export function withSlowQuery(subgraphs: Readonly<Record<string, TestSubgraph>>): {
  readonly subgraphs: Record<string, TestSubgraph>;
  /** Calls that wait now. */
  running(): number;
  release(): void;
} {
  const { items } = subgraphs;
  if (items === undefined) throw new Error('unreachable');
  let running = 0;
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = async () => {
    running += 1;
    await held;
    running -= 1;
    return 'done';
  };
  return {
    subgraphs: {
      ...subgraphs,
      items: {
        typeDefs: `${items.typeDefs} type Query { slow: String }`,
        resolvers: { ...items.resolvers, Query: { slow } },
      },
    },
    running: () => running,
    release: () => release(),
  };
}
