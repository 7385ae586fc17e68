import { bsonTypeOf, type Doc } from '../values/bson-type.ts';
import { regexParts } from '../values/compare.ts';
import { plainDocument } from '../values/fields.ts';
import { badValue, refusal } from '../values/refusals.ts';
import { comparePredicate, inPredicate, notInPredicate, regexPredicate } from './comparison.ts';
import { compileMatcher, type FilterScope } from './compile-filter.ts';
import { bitsPredicate, existsPredicate, modPredicate, sizePredicate, typePredicate } from './element-tests.ts';
import { geoBound, geoIntersects, geoNear, geoWithin } from './geo-conditions.ts';
import { andPredicate, notPredicate, type Predicate, valuePredicate } from './predicate.ts';

type OperatorCompiler = (operand: unknown, scope: FilterScope, siblings: Doc) => Predicate | undefined;

/** Every operator that may stand under a field name. */
export const fieldOperators: Readonly<Record<string, OperatorCompiler>> = {
  $eq: (operand, scope) => comparePredicate('$eq', operand, scope.collation),
  $ne: (operand, scope) => {
    if (bsonTypeOf(operand) === 'regex') throw badValue("Can't have regex as arg to $ne.");
    return notPredicate(comparePredicate('$eq', operand, scope.collation));
  },
  $gt: (operand, scope) => comparePredicate('$gt', operand, scope.collation),
  $gte: (operand, scope) => comparePredicate('$gte', operand, scope.collation),
  $lt: (operand, scope) => comparePredicate('$lt', operand, scope.collation),
  $lte: (operand, scope) => comparePredicate('$lte', operand, scope.collation),
  $in: (operand, scope) => inPredicate(operand, scope.collation),
  $nin: (operand, scope) => notInPredicate(operand, scope.collation),
  $not: compileNot,
  $exists: existsPredicate,
  $type: typePredicate,
  $mod: modPredicate,
  $regex: compileRegexOperator,
  $options: (_operand, _scope, siblings) => {
    if (!Object.hasOwn(siblings, '$regex')) throw badValue('$options needs a $regex');
    return undefined;
  },
  $size: sizePredicate,
  $all: compileAll,
  $elemMatch: compileElemMatch,
  $bitsAllSet: (operand) => bitsPredicate('$bitsAllSet', operand),
  $bitsAllClear: (operand) => bitsPredicate('$bitsAllClear', operand),
  $bitsAnySet: (operand) => bitsPredicate('$bitsAnySet', operand),
  $bitsAnyClear: (operand) => bitsPredicate('$bitsAnyClear', operand),
  $geoWithin: geoWithin,
  $within: geoWithin,
  $geoIntersects: geoIntersects,
  $near: (operand, _scope, siblings) => geoNear('$near', operand, siblings),
  $nearSphere: (operand, _scope, siblings) => geoNear('$nearSphere', operand, siblings),
  $maxDistance: (_operand, _scope, siblings) => geoBound('$maxDistance', siblings),
  $minDistance: (_operand, _scope, siblings) => geoBound('$minDistance', siblings),
  $comment: () => undefined,
};

/** Compiles what stands under a field name: an operator document, a regular expression or a value to equal. */
export function compileFieldCondition(operand: unknown, scope: FilterScope): Predicate {
  if (bsonTypeOf(operand) === 'regex') return regexPredicate(regexParts(operand));
  if (bsonTypeOf(operand) === 'object' && isOperatorDocument(operand as Doc)) {
    return compileOperators(operand as Doc, scope);
  }
  return comparePredicate('$eq', operand, scope.collation);
}

/** True when the first field names an operator; a DBRef's fields are not operators. */
export function isOperatorDocument(doc: Doc): boolean {
  const first = Object.keys(plainDocument(doc))[0];
  return first !== undefined && isOperatorName(first);
}

/** https://www.mongodb.com/docs/manual/reference/database-references/#dbrefs : the names of a DBRef's fields are no operators. */
export function isOperatorName(name: string): boolean {
  return name.startsWith('$') && name !== '$ref' && name !== '$id' && name !== '$db';
}

function compileOperators(operators: Doc, scope: FilterScope): Predicate {
  const predicates: Predicate[] = [];
  for (const [name, operand] of Object.entries(operators)) {
    const compile = Object.hasOwn(fieldOperators, name) ? fieldOperators[name] : undefined;
    if (!compile) throw badValue(`unknown operator: ${name}`);
    const predicate = compile(operand, scope, operators);
    if (predicate) predicates.push(predicate);
  }
  return andPredicate(predicates.length > 0 ? predicates : [valuePredicate(() => true, false)]);
}

function compileNot(operand: unknown, scope: FilterScope): Predicate {
  if (bsonTypeOf(operand) === 'regex') return notPredicate(regexPredicate(regexParts(operand)));
  if (bsonTypeOf(operand) !== 'object') throw badValue('$not needs a regex or a document');
  const operators = operand as Doc;
  const first = Object.keys(operators)[0];
  if (first === undefined) throw badValue('$not cannot be empty');
  return notPredicate(compileOperators(operators, scope));
}

function compileRegexOperator(operand: unknown, _scope: FilterScope, siblings: Doc): Predicate {
  const options = siblings['$options'];
  if (options !== undefined && typeof options !== 'string') throw badValue('$options has to be a string');
  if (bsonTypeOf(operand) === 'regex') {
    const own = regexParts(operand);
    if (options && own.options) throw refusal(51075, 'options set in both $regex and $options');
    return regexPredicate(options ? { pattern: own.pattern, options } : own);
  }
  if (typeof operand !== 'string') throw badValue('$regex has to be a string');
  return regexPredicate({ pattern: operand, options: options ?? '' });
}

function compileAll(operand: unknown, scope: FilterScope): Predicate {
  if (!Array.isArray(operand)) throw badValue('$all needs an array');
  if (operand.length === 0) return valuePredicate(() => false);
  const firstIsElemMatch = isElemMatch(operand[0]);
  return andPredicate(
    operand.map((item) => {
      if (isElemMatch(item) !== firstIsElemMatch)
        throw badValue(firstIsElemMatch ? '$all/$elemMatch has to be consistent' : 'no $ expressions in $all');
      if (firstIsElemMatch) return compileElemMatch((item as Doc)['$elemMatch'], scope);
      if (bsonTypeOf(item) === 'object' && isOperatorDocument(item as Doc)) throw badValue('no $ expressions in $all');
      if (bsonTypeOf(item) === 'regex') return regexPredicate(regexParts(item));
      return comparePredicate('$eq', item, scope.collation);
    }),
  );
}

function isElemMatch(value: unknown): boolean {
  return bsonTypeOf(value) === 'object' && Object.keys(value as object)[0] === '$elemMatch';
}

const logicalNames = ['$and', '$or', '$nor', '$where', '$expr', '$jsonSchema', '$text'];

/** Matches arrays one of whose elements meets every condition; the conditions are on the value or on its fields. */
function compileElemMatch(operand: unknown, scope: FilterScope): Predicate {
  if (bsonTypeOf(operand) !== 'object') throw badValue('$elemMatch needs an Object');
  const condition = operand as Doc;
  const first = Object.keys(condition)[0];
  const isOnValue = isOperatorDocument(condition) && !logicalNames.includes(first as string);
  const test = isOnValue ? compileOperators(condition, scope).single : elementTest(condition, scope);
  const findIndex = (value: unknown): number =>
    Array.isArray(value) ? value.findIndex((element) => test(element ?? null)) : -1;
  const whole = valuePredicate((value) => findIndex(value) >= 0, false);
  return {
    single: whole.single,
    at(path) {
      const matcher = whole.at(path);
      let found = -1;
      const noting = valuePredicate((value) => {
        found = findIndex(value);
        return found >= 0;
      }, false).at(path);
      return (doc, context) => {
        if (!context) return matcher(doc, null);
        const outer = { arrayIndex: -1 };
        if (!noting(doc, outer)) return false;
        context.arrayIndex = outer.arrayIndex >= 0 ? outer.arrayIndex : found;
        return true;
      };
    },
  };
}

function elementTest(condition: Doc, scope: FilterScope): (element: unknown) => boolean {
  for (const name of ['$where', '$expr', '$jsonSchema', '$text']) {
    if (Object.hasOwn(condition, name)) throw badValue(`${name} can only be applied to the top-level document`);
  }
  const matcher = compileMatcher(condition, scope);
  return (element) => {
    if (bsonTypeOf(element) === 'object') return matcher(element as Doc, null);
    // An array inside the array is judged as a document whose field names are its positions.
    return Array.isArray(element) && matcher({ ...element }, null);
  };
}

/** True when a filter's operand means plain equality, whose value an upsert takes over. */
export function isEqualityOperand(operand: unknown): boolean {
  return bsonTypeOf(operand) !== 'regex' && !(bsonTypeOf(operand) === 'object' && isOperatorDocument(operand as Doc));
}
