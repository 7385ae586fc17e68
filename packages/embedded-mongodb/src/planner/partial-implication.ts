import { compileFilter } from '../query/compile-filter.ts';
import { isOperatorDocument } from '../query/field-condition.ts';
import { bsonTypeOf, type Doc, isDocument } from '../values/bson-type.ts';
import { compareValues, typeRank } from '../values/compare.ts';
import type { FieldConstraint } from './field-constraint.ts';

const PROVABLE: ReadonlySet<string> = new Set(['$eq', '$gt', '$gte', '$lt', '$lte', '$in', '$exists', '$type']);

/**
 * True when every document that meets the constraints surely meets a partial index's filter too. Answers false when it
 * cannot tell: then the index is not used.
 */
export function impliesPartialFilter(constraints: readonly FieldConstraint[], partial: Doc): boolean {
  return Object.entries(partial).every(([name, condition]) => {
    if (name === '$and' && Array.isArray(condition)) {
      return condition.every((clause) => isDocument(clause) && impliesPartialFilter(constraints, clause));
    }
    if (name.startsWith('$')) return false;
    const operators =
      bsonTypeOf(condition) === 'object' && isOperatorDocument(condition as Doc)
        ? (condition as Doc)
        : { $eq: condition };
    return Object.entries(operators).every(([operator, operand]) =>
      constraints.some((constraint) => constraint.path === name && impliesOne(constraint, operator, operand)),
    );
  });
}

function impliesOne(constraint: FieldConstraint, operator: string, operand: unknown): boolean {
  if (!PROVABLE.has(operator)) return false;
  if (operator === '$exists') return isTrue(operand) && !constraint.acceptsMissing;
  // With a null among the values a missing field would have to be tried as well.
  if (constraint.isPoints) {
    if (constraint.acceptsMissing) return false;
    const condition = compileFilter({ f: { [operator]: operand } });
    return constraint.values.every((value) => condition.matches({ f: value }));
  }
  return constraint.range !== undefined && rangeImplies(constraint.range, operator, operand);
}

function isTrue(operand: unknown): boolean {
  return operand === true || (operand !== false && Number(operand) !== 0);
}

/** `> 10` implies `> 5`: the same direction, at least as far, within one type. */
function rangeImplies(range: { operator: string; operand: unknown }, operator: string, operand: unknown): boolean {
  if (operator.slice(0, 3) !== range.operator.slice(0, 3) || !['$gt', '$lt'].includes(operator.slice(0, 3)))
    return false;
  if (typeRank[bsonTypeOf(operand)] !== typeRank[bsonTypeOf(range.operand)]) return false;
  const distance = compareValues(range.operand, operand) * (operator.startsWith('$gt') ? 1 : -1);
  const isTighterAtEqual = operator.endsWith('e') || !range.operator.endsWith('e');
  return distance > 0 || (distance === 0 && isTighterAtEqual);
}
