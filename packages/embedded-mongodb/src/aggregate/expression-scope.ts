import { type Doc, isDocument } from '../values/bson-type.ts';
import type { Collation } from '../values/collation.ts';
import { location } from '../values/refusals.ts';

/** Bound variables by name without the `$$`. Inner scopes inherit from outer ones through the prototype. */
export type Variables = Readonly<Record<string, unknown>>;

/** A compiled expression; `undefined` is "missing". `doc` is `$$ROOT` and `$$CURRENT`. */
export type Expression = (doc: Doc, variables: Variables) => unknown;

/** What is known when an expression is compiled. */
export interface CompileScope {
  readonly names: ReadonlySet<string>;
  readonly collation: Collation | undefined;
  compile(expression: unknown, scope: CompileScope): Expression;
}

/** Compiles what stands under an operator's name. */
export type OperatorCompiler = (operand: unknown, scope: CompileScope, name: string) => Expression;

/** A variable set with one scope's bindings over the outer ones. */
export function bind(outer: Variables, bindings: Readonly<Record<string, unknown>>): Variables {
  return Object.assign(Object.create(outer), bindings) as Variables;
}

export function withNames(scope: CompileScope, names: readonly string[]): CompileScope {
  return { ...scope, names: new Set([...scope.names, ...names]) };
}

/** Compiles an operator's arguments; a single argument may stand without its array. Throws Location16020 on the count. */
export function compileArguments(
  name: string,
  operand: unknown,
  scope: CompileScope,
  least: number,
  most: number = least,
): Expression[] {
  const list = Array.isArray(operand) ? operand : [operand];
  if (list.length < least || list.length > most) throw argumentCount(name, list.length, least, most);
  return list.map((item) => scope.compile(item, scope));
}

function argumentCount(name: string, count: number, least: number, most: number): Error {
  if (least === most) {
    return location(16020, `Expression ${name} takes exactly ${least} arguments. ${count} were passed in.`);
  }
  return location(
    28667,
    `Expression ${name} takes at least ${least} arguments, and at most ${most}, but ${count} were passed in.`,
  );
}

export const isNullish = (value: unknown): value is null | undefined => value === null || value === undefined;

/** An operator over evaluated arguments. */
export function operator(
  least: number,
  most: number,
  evaluate: (args: unknown[], name: string, scope: CompileScope) => unknown,
): OperatorCompiler {
  return (operand, scope, name) => {
    const args = compileArguments(name, operand, scope, least, most);
    if (args.length === 1) {
      const only = args[0] as Expression;
      return (doc, variables) => evaluate([only(doc, variables)], name, scope);
    }
    return (doc, variables) =>
      evaluate(
        args.map((arg) => arg(doc, variables)),
        name,
        scope,
      );
  };
}

/** An operator of evaluated arguments that answers null when any of them is null or missing. */
export function nullableOperator(
  least: number,
  most: number,
  evaluate: (args: unknown[], name: string, scope: CompileScope) => unknown,
): OperatorCompiler {
  return operator(least, most, (args, name, scope) => (args.some(isNullish) ? null : evaluate(args, name, scope)));
}

/** What an operator with named arguments accepts, and the codes MongoDB raises otherwise. */
export interface NamedArguments {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
  readonly notObject: number;
  readonly unknown: number;
  readonly missing: number;
}

/** Compiles an operator's named arguments; absent optional ones stay absent. */
export function compileNamed(
  name: string,
  operand: unknown,
  scope: CompileScope,
  accepted: NamedArguments,
): Readonly<Record<string, Expression>> {
  const fields = namedOperands(name, operand, accepted);
  const compiled: Record<string, Expression> = {};
  for (const [argument, expression] of Object.entries(fields)) compiled[argument] = scope.compile(expression, scope);
  return compiled;
}

/** Checks an operator's named arguments without compiling them. */
export function namedOperands(name: string, operand: unknown, accepted: NamedArguments): Doc {
  if (!isDocument(operand)) throw location(accepted.notObject, `${name} only supports an object as its argument`);
  const allowed = [...accepted.required, ...(accepted.optional ?? [])];
  for (const argument of Object.keys(operand)) {
    if (!allowed.includes(argument)) throw location(accepted.unknown, `Unrecognized parameter to ${name}: ${argument}`);
  }
  for (const argument of accepted.required) {
    if (!Object.hasOwn(operand, argument))
      throw location(accepted.missing, `Missing '${argument}' parameter to ${name}`);
  }
  return operand;
}
