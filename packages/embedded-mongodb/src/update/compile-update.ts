import { compileFilter } from '../query/compile-filter.ts';
import { bsonTypeOf, type Doc } from '../values/bson-type.ts';
import type { Collation } from '../values/collation.ts';
import { plainDocument } from '../values/fields.ts';
import { isIndexName } from '../values/paths.ts';
import { badValue, failedToParse, refusal } from '../values/refusals.ts';
import { arrayModifiers } from './array-operators.ts';
import { fieldModifiers, renameTarget } from './field-operators.ts';
import type { CompiledModifier, ModifierCompiler } from './modifier.ts';

/** One operator on one path of an update document. */
export interface UpdateStep {
  readonly path: readonly string[];
  readonly modifier: CompiledModifier;
  /** `$rename`: the value comes from here and is removed from here. */
  readonly renameFrom?: readonly string[];
}

export type ElementFilters = ReadonlyMap<string, (element: unknown) => boolean>;

export interface CompiledOperators {
  readonly steps: readonly UpdateStep[];
  readonly filters: ElementFilters;
  /** True when a path has `$`, `$[]` or `$[id]`: paths are known, and checked for conflicts, only per document. */
  readonly isPositional: boolean;
}

export const updateModifiers: Readonly<Record<string, ModifierCompiler>> = { ...fieldModifiers, ...arrayModifiers };

/** Checks and compiles an operator update. Throws FailedToParse (9), ConflictingUpdateOperators (40) and the operators' own. */
export function compileOperators(
  update: Doc,
  arrayFilters: unknown,
  collation: Collation | undefined,
): CompiledOperators {
  const steps: UpdateStep[] = [];
  for (const [name, fields] of Object.entries(update)) steps.push(...compileSteps(name, fields, collation));
  const filters = compileArrayFilters(arrayFilters, collation);
  checkIdentifiers(steps, filters);
  steps.sort((a, b) => comparePaths(a.path, b.path));
  const isPositional = steps.some((step) => step.path.some((part) => part.startsWith('$')));
  checkConflicts(steps.flatMap((step) => (step.renameFrom ? [step.path, step.renameFrom] : [step.path])));
  return { steps, filters, isPositional };
}

function compileSteps(name: string, fields: unknown, collation: Collation | undefined): UpdateStep[] {
  const compile = Object.hasOwn(updateModifiers, name) ? updateModifiers[name] : undefined;
  if (!compile && name !== '$rename') {
    throw failedToParse(
      `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
    );
  }
  if (bsonTypeOf(fields) !== 'object') {
    throw failedToParse(
      `Modifiers operate on fields but we found type ${bsonTypeOf(fields)} instead. For example: {$mod: {<field>: ...}} not {${name}: ${JSON.stringify(fields)}}`,
    );
  }
  return Object.entries(plainDocument(fields as Doc)).map(([dotted, operand]) => {
    const path = updatePath(dotted);
    if (compile) return { path, modifier: compile(path, operand, { collation }) };
    const target = updatePath(renameTarget(dotted, operand));
    return { path: target, renameFrom: path, modifier: { missing: 'create', edit: (value) => value } };
  });
}

function updatePath(dotted: string): string[] {
  if (dotted === '') throw refusal(56, 'An empty update path is not valid.');
  const parts = dotted.split('.');
  parts.forEach((part, index) => {
    if (part === '')
      throw refusal(56, `The update path '${dotted}' contains an empty field name, which is not allowed.`);
    if (index === 0 && (part === '$' || /^\$\[.*\]$/.test(part))) {
      throw badValue(
        `Cannot have array filter identifier (i.e. '$[<id>]') element in the first position in path '${dotted}'`,
      );
    }
    if (part.startsWith('$') && part !== '$' && !/^\$\[.*\]$/.test(part) && !['$id', '$ref', '$db'].includes(part)) {
      throw refusal(
        52,
        `The dollar ($) prefixed field '${part}' in '${dotted}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
      );
    }
  });
  if (parts.filter((part) => part === '$').length > 1) {
    throw badValue(`Too many positional (i.e. '$') elements found in path '${dotted}'`);
  }
  return parts;
}

function compileArrayFilters(arrayFilters: unknown, collation: Collation | undefined): ElementFilters {
  const filters = new Map<string, (element: unknown) => boolean>();
  if (arrayFilters === undefined || arrayFilters === null) return filters;
  if (!Array.isArray(arrayFilters)) throw failedToParse('arrayFilters must be an array');
  for (const filter of arrayFilters) {
    const identifier = filterIdentifier(filter);
    if (filters.has(identifier))
      throw failedToParse(`Found multiple array filters with the same top-level field name ${identifier}`);
    // The element is judged as the field that carries the identifier's name.
    const compiled = compileFilter(filter, { collation });
    filters.set(identifier, (element) => compiled.matches({ [identifier]: element }));
  }
  return filters;
}

function filterIdentifier(filter: unknown): string {
  const names = [...identifiersOf(filter)];
  if (names.length === 0)
    throw failedToParse('Cannot use an expression without a top-level field name in arrayFilters');
  if (names.length > 1) {
    throw failedToParse(
      `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${names[0]}' and '${names[1]}'`,
    );
  }
  const name = names[0] as string;
  if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) {
    throw badValue(
      `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${name}'`,
    );
  }
  return name;
}

function identifiersOf(filter: unknown, found: Set<string> = new Set()): Set<string> {
  if (bsonTypeOf(filter) !== 'object') throw failedToParse('arrayFilters entries must be documents');
  for (const [name, operand] of Object.entries(filter as Doc)) {
    if (!name.startsWith('$')) found.add(name.split('.')[0] as string);
    else if (Array.isArray(operand)) for (const clause of operand) identifiersOf(clause, found);
  }
  return found;
}

function checkIdentifiers(steps: readonly UpdateStep[], filters: ElementFilters): void {
  const used = new Set<string>();
  for (const { path } of steps) {
    for (const part of path) {
      const identifier = /^\$\[(.+)\]$/.exec(part)?.[1];
      if (identifier === undefined) continue;
      used.add(identifier);
      if (!filters.has(identifier))
        throw badValue(`No array filter found for identifier '${identifier}' in path '${path.join('.')}'`);
    }
  }
  for (const identifier of filters.keys()) {
    if (!used.has(identifier))
      throw failedToParse(`The array filter for identifier '${identifier}' was not used in the update`);
  }
}

/** Updates happen in this order: names by code unit, numeric names by number. */
export function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const left = a[index] as string;
    const right = b[index] as string;
    if (left === right) continue;
    if (isIndexName(left) && isIndexName(right)) return Number(left) - Number(right);
    return left < right ? -1 : 1;
  }
  return a.length - b.length;
}

/** Throws ConflictingUpdateOperators when one path is, or leads to, another. */
export function checkConflicts(paths: readonly (readonly string[])[]): void {
  if (paths.length < 2) return;
  const whole = new Set<string>();
  for (const path of paths) {
    const dotted = path.join('.');
    if (whole.has(dotted)) throw conflict(dotted, dotted);
    whole.add(dotted);
  }
  for (const path of paths) {
    for (let length = 1; length < path.length; length += 1) {
      const prefix = path.slice(0, length).join('.');
      if (whole.has(prefix)) throw conflict(path.join('.'), prefix);
    }
  }
}

function conflict(path: string, at: string): Error {
  return refusal(40, `Updating the path '${path}' would create a conflict at '${at}'`);
}
