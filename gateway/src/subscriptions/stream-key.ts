import type { Viewer } from '@swiftcart/identity';
import { type FragmentDefinitionNode, print, visit } from 'graphql';
import type { Caller } from '../auth/caller.ts';
import type { ParsedOperation } from '../planning/parsed-operation.ts';
import { withoutDenied } from '../planning/without-denied.ts';
import type { StreamPlan } from './plan-stream.ts';

/** What tells streams apart. */
export interface StreamKey {
  /** Streams with equal courses send the same from the same position on. */
  readonly course: string;
  /** Two subscriptions that are equal in this too are the same from their beginning. */
  readonly start: string;
}

/**
 * What must be equal for two subscriptions to be one stream: supergraph, operation, variables, denied fields, subject
 * and forwarded headers. The subject is the user with his rights, not his token or session: a renewed token does not
 * split a stream, changed rights do. Trace and transport headers change no answer, so only `headerNames` count.
 */
export function streamKey(
  plan: StreamPlan,
  caller: Caller,
  headers: Readonly<Record<string, string>>,
  headerNames: readonly string[],
  isPublic: boolean,
): StreamKey {
  const { prepared, course, start, denials } = plan;
  const isForAll = isPublic && denials.size === 0;
  const parts = [
    prepared.graph.version,
    normalised(course.operation),
    denials.size === 0 ? '' : textOf(withoutDenied(prepared, denials)),
    sorted(course.variables),
    isForAll ? 'everyone' : [subjectOf(caller.viewer), [...caller.scopes].sort()],
    isForAll ? [] : headerNames.map((name) => headers[name] ?? null),
  ];
  return { course: JSON.stringify(parts), start: String(start) };
}

function subjectOf(viewer: Viewer): unknown {
  switch (viewer.kind) {
    case 'user':
      return ['user', viewer.userId, [...viewer.roles].sort()];
    case 'service':
      return ['service', viewer.service];
    case 'anonymous':
      return ['anonymous'];
    default:
      return viewer satisfies never;
  }
}

const texts = new WeakMap<ParsedOperation, string>();

function normalised(parsed: ParsedOperation): string {
  let text = texts.get(parsed);
  if (text === undefined) {
    text = textOf(parsed);
    texts.set(parsed, text);
  }
  return text;
}

/** The operation without its name, comments, layout and unused fragments. */
function textOf({ operation, fragments }: ParsedOperation): string {
  const { name: _name, ...anonymous } = operation;
  const used = new Map<string, FragmentDefinitionNode>();
  const follow = (node: Parameters<typeof visit>[0]): void => {
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (fragment === undefined || used.has(name.value)) return;
        used.set(name.value, fragment);
        follow(fragment);
      },
    });
  };
  follow(operation);
  const names = [...used.keys()].sort();
  return [print(anonymous), ...names.flatMap((name) => print(used.get(name) ?? operation))].join('\n');
}

/** Object keys in one order, so that equal variables read equal. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
