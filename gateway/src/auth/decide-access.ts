import { codedError } from '@swiftcart/graphql';
import { type FieldNode, OperationTypeNode } from 'graphql';
import { OperationRefusedError } from '../planning/parsed-operation.ts';
import type { PreparedOperation } from '../planning/prepared-operation.ts';
import type { Denial } from '../planning/response-shape.ts';
import { accessRequirements } from './access-requirements.ts';
import type { Caller } from './caller.ts';
import type { AccessRule } from './security-rules.ts';

/** Says which of the named policies (`@policy`) a caller meets. Called once per operation that names any. */
export type EvaluatePolicies = (
  policies: readonly string[],
  caller: Caller,
) => ReadonlySet<string> | Promise<ReadonlySet<string>>;

export interface AccessSettings {
  /** What happens to a query with fields its caller may not see: those answer null, or the query is refused whole. */
  readonly onDeniedQuery: 'null' | 'refuse';
  /** Without it no policy is met. */
  readonly evaluatePolicies?: EvaluatePolicies | undefined;
}

const nothingDenied: ReadonlyMap<FieldNode, Denial> = new Map();
const noPolicies: ReadonlySet<string> = new Set();

/**
 * Decides which fields of an operation its caller may not have. In a query they will answer null, each with an error.
 * A mutation is refused whole for any of them, and a subscription for its own field, before anything runs.
 * Throws OperationRefusedError.
 */
export async function decideAccess(
  prepared: PreparedOperation,
  caller: Caller,
  { onDeniedQuery, evaluatePolicies }: AccessSettings,
): Promise<ReadonlyMap<FieldNode, Denial>> {
  const requirements = accessRequirements(prepared);
  if (requirements.length === 0) return nothingDenied;
  const named = new Set(requirements.flatMap(({ rule }) => rule.policies.flat()));
  const met = named.size === 0 ? noPolicies : ((await evaluatePolicies?.([...named], caller)) ?? noPolicies);
  const denials = new Map<FieldNode, Denial>();
  const { operation } = prepared.operation;
  for (const { node, rule, isRoot } of requirements) {
    const denial = denialOf(rule, caller, met);
    if (denial === undefined) continue;
    const isRefused =
      operation === OperationTypeNode.MUTATION ||
      (operation === OperationTypeNode.SUBSCRIPTION && isRoot) ||
      onDeniedQuery === 'refuse';
    if (isRefused) throw refusal(denial, node);
    if (denials.get(node) !== 'UNAUTHENTICATED') denials.set(node, denial);
  }
  return denials;
}

function denialOf(rule: AccessRule, caller: Caller, met: ReadonlySet<string>): Denial | undefined {
  const isAnonymous = caller.viewer.kind === 'anonymous';
  if (isAnonymous && (rule.authenticated || rule.scopes.length > 0)) return 'UNAUTHENTICATED';
  if (!isAnyMet(rule.scopes, caller.scopes)) return 'FORBIDDEN';
  return isAnyMet(rule.policies, met) ? undefined : 'FORBIDDEN';
}

/** One of the alternatives, all of whose parts hold; no alternatives at all ask for nothing. */
function isAnyMet(alternatives: readonly (readonly string[])[], held: ReadonlySet<string>): boolean {
  return alternatives.length === 0 || alternatives.some((all) => all.every((part) => held.has(part)));
}

function refusal(code: Denial, node: FieldNode): OperationRefusedError {
  const message = code === 'FORBIDDEN' ? 'You may not do this.' : 'Sign in to do this.';
  return new OperationRefusedError([codedError(code, message, { field: (node.alias ?? node.name).value })]);
}
