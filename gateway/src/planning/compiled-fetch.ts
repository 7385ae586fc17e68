import type { FetchNode } from '@apollo/query-planner';
import { type DocumentNode, Kind, parse } from 'graphql';
import { requestHead } from '../datasource/data-source.ts';

/** What is worked out once per fetch of a cached plan and used at every execution. */
export interface CompiledFetch {
  readonly requestHead: string;
  document(): DocumentNode;
  /** Response names at the top of the fetch (of the entities for an entity fetch): where its failure shows. */
  responseNames(): readonly string[];
}

const compiled = new WeakMap<FetchNode, CompiledFetch>();

/** Parses a fetch's operation once for as long as its plan lives. */
export function compiledFetch(node: FetchNode): CompiledFetch {
  const known = compiled.get(node);
  if (known !== undefined) return known;
  let document: DocumentNode | undefined;
  let names: readonly string[] | undefined;
  const created: CompiledFetch = {
    requestHead: requestHead(node),
    document() {
      document ??= parse(node.operation, { noLocation: true });
      return document;
    },
    responseNames() {
      names ??= topResponseNames(created.document(), node.requires !== undefined);
      return names;
    },
  };
  compiled.set(node, created);
  return created;
}

function topResponseNames(document: DocumentNode, isEntityFetch: boolean): string[] {
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  const names = new Set<string>();
  const collect = (selections: readonly import('graphql').SelectionNode[], depth: number): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet.selections, depth);
      if (selection.kind !== Kind.FIELD) continue;
      if (depth > 0) collect(selection.selectionSet?.selections ?? [], depth - 1);
      else if (selection.name.value !== '__typename') names.add((selection.alias ?? selection.name).value);
    }
  };
  if (operation?.kind === Kind.OPERATION_DEFINITION) {
    collect(operation.selectionSet.selections, isEntityFetch ? 1 : 0);
  }
  return [...names];
}
