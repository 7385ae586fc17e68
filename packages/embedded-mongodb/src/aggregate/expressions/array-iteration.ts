import { isTruthy } from '../../query/element-tests.ts';
import { bsonTypeOf, type Doc, isDocument, isNumeric } from '../../values/bson-type.ts';
import { compareValues } from '../../values/compare.ts';
import { toDouble } from '../../values/numeric.ts';
import { badValue, location } from '../../values/refusals.ts';
import { compileSort } from '../../values/sort.ts';
import {
  bind,
  compileNamed,
  type Expression,
  isNullish,
  namedOperands,
  type OperatorCompiler,
  withNames,
} from '../expression-scope.ts';
import { checkVariableName } from '../variable-name.ts';

/** Operators that evaluate an expression per element, or bind variables. */
export const iterationOperators: Readonly<Record<string, OperatorCompiler>> = {
  $let: (operand, scope, name) => {
    const fields = namedOperands(name, operand, {
      required: ['vars', 'in'],
      notObject: 16874,
      unknown: 16875,
      missing: 16876,
    });
    if (!isDocument(fields['vars'])) throw location(16876, 'invalid parameter: expected an object (vars)');
    const bindings = Object.entries(fields['vars']).map(([variable, expression]) => {
      checkVariableName(variable);
      return { variable, expression: scope.compile(expression, scope) };
    });
    const inner = withNames(
      scope,
      bindings.map(({ variable }) => variable),
    );
    const result = scope.compile(fields['in'], inner);
    return (doc, variables) => {
      const bound: Record<string, unknown> = {};
      for (const { variable, expression } of bindings) bound[variable] = expression(doc, variables);
      return result(doc, bind(variables, bound));
    };
  },
  $map: (operand, scope, name) => {
    const fields = namedOperands(name, operand, {
      required: ['input', 'in'],
      optional: ['as'],
      notObject: 16878,
      unknown: 16879,
      missing: 16880,
    });
    const variable = variableName(fields['as']);
    const input = scope.compile(fields['input'], scope);
    const result = scope.compile(fields['in'], withNames(scope, [variable]));
    return (doc, variables) => {
      const array = input(doc, variables);
      if (isNullish(array)) return null;
      if (!Array.isArray(array)) throw location(16883, `input to $map must be an array not ${bsonTypeOf(array)}`);
      return array.map((element) => result(doc, bind(variables, { [variable]: element })) ?? null);
    };
  },
  $filter: (operand, scope, name) => {
    const fields = namedOperands(name, operand, {
      required: ['input', 'cond'],
      optional: ['as', 'limit'],
      notObject: 28646,
      unknown: 28647,
      missing: 28648,
    });
    const variable = variableName(fields['as']);
    const input = scope.compile(fields['input'], scope);
    const condition = scope.compile(fields['cond'], withNames(scope, [variable]));
    const limit = Object.hasOwn(fields, 'limit') ? scope.compile(fields['limit'], scope) : undefined;
    return (doc, variables) => {
      const array = input(doc, variables);
      if (isNullish(array)) return null;
      if (!Array.isArray(array)) throw location(28651, `input to $filter must be an array not ${bsonTypeOf(array)}`);
      const kept = array.filter((element) => isTruthy(condition(doc, bind(variables, { [variable]: element }))));
      const most = limit?.(doc, variables);
      return isNullish(most) ? kept : kept.slice(0, requirePositive(most, name));
    };
  },
  $reduce: (operand, scope, name) => {
    const fields = namedOperands(name, operand, {
      required: ['input', 'initialValue', 'in'],
      notObject: 40075,
      unknown: 40076,
      missing: 40077,
    });
    const input = scope.compile(fields['input'], scope);
    const initial = scope.compile(fields['initialValue'], scope);
    const step = scope.compile(fields['in'], withNames(scope, ['this', 'value']));
    return (doc, variables) => {
      const array = input(doc, variables);
      if (isNullish(array)) return null;
      if (!Array.isArray(array))
        throw location(40080, `$reduce requires that 'input' be an array, found: ${bsonTypeOf(array)}`);
      return array.reduce(
        (value, element) => step(doc, bind(variables, { this: element, value })),
        initial(doc, variables),
      );
    };
  },
  $zip: compileZip,
  $sortArray: (operand, scope, name) => {
    const fields = namedOperands(name, operand, {
      required: ['input', 'sortBy'],
      notObject: 2942500,
      unknown: 2942501,
      missing: 2942502,
    });
    const compare = elementOrder(fields['sortBy'], scope.collation);
    const input = scope.compile(fields['input'], scope);
    return (doc, variables) => {
      const array = input(doc, variables);
      if (isNullish(array)) return null;
      if (!Array.isArray(array))
        throw location(
          2942504,
          `The input argument to $sortArray must be an array, but was of type: ${bsonTypeOf(array)}`,
        );
      return [...array].sort(compare);
    };
  },
  $firstN: takeN((array, count) => array.slice(0, count)),
  $lastN: takeN((array, count) => array.slice(Math.max(0, array.length - count))),
  $minN: takeN((array, count, compare) =>
    array
      .filter((element) => !isNullish(element))
      .sort(compare)
      .slice(0, count),
  ),
  $maxN: takeN((array, count, compare) =>
    array
      .filter((element) => !isNullish(element))
      .sort((a, b) => compare(b, a))
      .slice(0, count),
  ),
};

function variableName(name: unknown): string {
  if (name === undefined) return 'this';
  if (typeof name !== 'string' || name === '') throw badValue("'as' must be a non-empty string");
  checkVariableName(name);
  return name;
}

function requirePositive(value: unknown, name: string): number {
  const number = isNumeric(value) ? toDouble(value) : Number.NaN;
  if (!Number.isInteger(number))
    throw location(327391, `${name}: 'limit' must be represented as a 32-bit integral value`);
  if (number <= 0) throw location(327392, `${name}: 'limit' must be greater than 0`);
  return number;
}

/** `1`, `-1` or a sort document for the elements. */
export function elementOrder(
  sortBy: unknown,
  collation: Parameters<typeof compareValues>[2],
): (a: unknown, b: unknown) => number {
  if (isNumeric(sortBy)) {
    const direction = toDouble(sortBy);
    if (Math.abs(direction) !== 1) throw badValue('The $sort element value must be either 1 or -1');
    return (a, b) => compareValues(a, b, collation) * direction;
  }
  if (!isDocument(sortBy))
    throw location(
      2942503,
      'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
    );
  const byFields = compileSort(sortBy, collation);
  const asDocument = (value: unknown): Doc => (isDocument(value) ? value : {});
  return (a, b) => byFields(asDocument(a), asDocument(b));
}

function takeN(
  take: (array: unknown[], count: number, compare: (a: unknown, b: unknown) => number) => unknown[],
): OperatorCompiler {
  return (operand, scope, name) => {
    const args = compileNamed(name, operand, scope, {
      required: ['input', 'n'],
      notObject: 5787801,
      unknown: 5787901,
      missing: 5787906,
    });
    return (doc, variables) => {
      const array = args['input']?.(doc, variables);
      const count = requireN(args['n']?.(doc, variables));
      if (!Array.isArray(array))
        throw location(5788200, `Input must be an array for ${name}, found: ${bsonTypeOf(array)}`);
      return take([...array], count, (a, b) => compareValues(a, b, scope.collation));
    };
  };
}

/** The `n` of `$firstN` and its kin. Throws Location5787902/5787903/5787908. */
export function requireN(value: unknown): number {
  if (!isNumeric(value))
    throw location(5787902, `Value for 'n' must be of integral type, but found ${bsonTypeOf(value)}`);
  const count = toDouble(value);
  if (!Number.isInteger(count)) throw location(5787903, `Value for 'n' must be of integral type, but found ${count}`);
  if (count <= 0) throw location(5787908, `'n' must be greater than 0, found ${count}`);
  return count;
}

function compileZip(...[operand, scope, name]: Parameters<OperatorCompiler>): Expression {
  const fields = namedOperands(name, operand, {
    required: ['inputs'],
    optional: ['useLongestLength', 'defaults'],
    notObject: 34460,
    unknown: 34464,
    missing: 34465,
  });
  if (!Array.isArray(fields['inputs']) || fields['inputs'].length === 0)
    throw location(34461, `inputs must be an array of expressions, found ${bsonTypeOf(fields['inputs'])}`);
  const longest = fields['useLongestLength'] ?? false;
  if (typeof longest !== 'boolean')
    throw location(34463, `useLongestLength must be a bool, found ${bsonTypeOf(longest)}`);
  const defaults = fields['defaults'];
  if (defaults !== undefined && !Array.isArray(defaults))
    throw location(34462, `defaults must be an array of expressions, found ${bsonTypeOf(defaults)}`);
  if (defaults && !longest) throw location(34466, 'cannot specify defaults unless useLongestLength is true');
  if (defaults && defaults.length !== fields['inputs'].length)
    throw location(34467, 'defaults and inputs must have the same length');
  const inputs = fields['inputs'].map((input) => scope.compile(input, scope));
  const fillers = (defaults ?? []).map((filler: unknown) => scope.compile(filler, scope));
  return (doc, variables) => {
    const arrays = inputs.map((input) => input(doc, variables));
    if (arrays.some(isNullish)) return null;
    for (const array of arrays)
      if (!Array.isArray(array))
        throw location(34468, `$zip found a non-array expression in input: ${bsonTypeOf(array)}`);
    const lengths = (arrays as unknown[][]).map((array) => array.length);
    const length = longest ? Math.max(...lengths) : Math.min(...lengths);
    return Array.from({ length }, (_, row) =>
      (arrays as unknown[][]).map(
        (array, column) => (row < array.length ? array[row] : fillers[column]?.(doc, variables)) ?? null,
      ),
    );
  };
}
