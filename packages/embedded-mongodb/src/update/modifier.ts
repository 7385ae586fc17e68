import type { Doc } from '../values/bson-type.ts';
import type { Collation } from '../values/collation.ts';
import type { MissingRule } from './path-edit.ts';

/** What an operator may need while it is applied to one document. */
export interface ApplyContext {
  readonly doc: Doc;
  readonly now: Date;
}

/** One operator on one path, ready to be applied. */
export interface CompiledModifier {
  readonly missing: MissingRule;
  readonly onInsertOnly?: boolean;
  readonly edit: (value: unknown, context: ApplyContext) => unknown;
}

export interface ModifierScope {
  readonly collation: Collation | undefined;
}

/** Checks an operator's operand and compiles it. */
export type ModifierCompiler = (path: readonly string[], operand: unknown, scope: ModifierScope) => CompiledModifier;
