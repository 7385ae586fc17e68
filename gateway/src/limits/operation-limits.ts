import { codedError } from '@swiftcart/graphql';
import { OperationTypeNode } from 'graphql';
import { OperationRefusedError, type ParsedOperation } from '../planning/parsed-operation.ts';
import type { Limits } from './limits.ts';
import { measureOperation, type OperationSize } from './operation-size.ts';

interface SizeRule {
  readonly name: string;
  readonly measure: (size: OperationSize) => number;
  readonly most: (limits: Limits, kind: OperationTypeNode) => number;
}

/** The limits on an operation's shape, in the order in which they are checked. Why each is there: limits.ts. */
const sizeRules: readonly SizeRule[] = [
  { name: 'depth', measure: (size) => size.depth, most: (limits) => limits.maxDepth },
  { name: 'aliases', measure: (size) => size.aliases, most: (limits) => limits.maxAliases },
  {
    name: 'root fields',
    measure: (size) => size.rootFields,
    most: (limits, kind) => (kind === OperationTypeNode.MUTATION ? limits.maxRootMutations : limits.maxRootFields),
  },
  { name: 'directives', measure: (size) => size.directives, most: (limits) => limits.maxDirectives },
  { name: 'fields', measure: (size) => size.fields, most: (limits) => limits.maxFields },
];

/** Throws OperationRefusedError with OPERATION_TOO_LARGE at the first limit that an operation is over. */
export function requireWithinLimits(parsed: ParsedOperation, limits: Limits, isExplained: boolean): void {
  const size = measureOperation(parsed);
  for (const { name, measure, most } of sizeRules) {
    const actual = measure(size);
    const allowed = most(limits, parsed.operation.operation);
    if (actual > allowed) throw overLimit('OPERATION_TOO_LARGE', name, actual, allowed, isExplained);
  }
}

/** A refusal that says which limit and by how much only where that helps its developer and no attacker. */
export function overLimit(
  code: 'OPERATION_TOO_LARGE' | 'OPERATION_TOO_COSTLY',
  name: string,
  actual: number,
  allowed: number,
  isExplained: boolean,
): OperationRefusedError {
  const what = code === 'OPERATION_TOO_LARGE' ? 'too large' : 'too costly';
  const message = isExplained
    ? `This operation is ${what}: ${name} ${actual}, at most ${allowed}.`
    : `This operation is ${what}.`;
  return new OperationRefusedError([codedError(code, message, isExplained ? { limit: name, actual, allowed } : {})]);
}
