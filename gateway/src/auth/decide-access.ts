import { codedError } from '@swiftcart/graphql';
import { type FieldNode, OperationTypeNode } from 'graphql';
import { OperationRefusedError } from '../planning/parsed-operation.ts';
import type { PreparedOperation } from '../planning/prepared-operation.ts';
import type { Denial } from '../planning/response-shape.ts';
import { accessRequirements } from './access-requirements.ts';
import type { Caller } from './caller.ts';

const nothingDenied: ReadonlyMap<FieldNode, Denial> = new Map();

/**
 * Decides which fields of an operation its caller may not have. In a query they will answer null, each with an error;
 * a mutation or subscription with one of them is refused whole, before anything runs. Throws OperationRefusedError.
 */
export function decideAccess(prepared: PreparedOperation, caller: Caller): ReadonlyMap<FieldNode, Denial> {
  const requirements = accessRequirements(prepared);
  if (requirements.length === 0) return nothingDenied;
  const denials = new Map<FieldNode, Denial>();
  for (const { node, rule } of requirements) {
    if (!isSatisfied(rule, caller))
      denials.set(node, caller.viewer.kind === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN');
  }
  const [first] = denials;
  if (first !== undefined && prepared.operation.operation !== OperationTypeNode.QUERY) {
    const [node, code] = first;
    const message = code === 'FORBIDDEN' ? 'You may not do this.' : 'Sign in to do this.';
    const name = (node.alias ?? node.name).value;
    throw new OperationRefusedError([codedError(code, message, { field: name })]);
  }
  return denials;
}

function isSatisfied(
  rule: { authenticated: boolean; scopes: readonly (readonly string[])[] },
  caller: Caller,
): boolean {
  if (caller.viewer.kind === 'anonymous') return false;
  return rule.scopes.length === 0 || rule.scopes.some((all) => all.every((scope) => caller.scopes.has(scope)));
}
