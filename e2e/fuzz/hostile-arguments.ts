import fc from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { hostileScalars, hugeListLength } from './hostile-values.ts';
import { type KnownValues, knownValuesFor, plainValue } from './plain-values.ts';

type Variables = Record<string, unknown>;

/** How hostile a call is: `mild` ones have about one bad value and so get past the first check, `wild` ones are bad all over. */
const temper = {
  mild: { plain: 14, hostile: 1, given: 5, omitted: 4, null: 1 },
  wild: { plain: 1, hostile: 4, given: 6, omitted: 1, null: 2 },
} as const;
type Temper = (typeof temper)[keyof typeof temper];

/** Variables for every argument of a field: types right, values hostile, with real ids among them. */
export function hostileArguments(field: GraphQLField<unknown, unknown>, known: KnownValues): fc.Arbitrary<Variables> {
  const record = (how: Temper) => recordOf(field.args, field.name, known, how);
  return fc.oneof({ weight: 3, arbitrary: record(temper.mild) }, { weight: 2, arbitrary: record(temper.wild) });
}

function recordOf(
  members: readonly (GraphQLArgument | GraphQLInputField)[],
  fieldName: string,
  known: KnownValues,
  how: Temper,
): fc.Arbitrary<Variables> {
  const entries = members.map(({ name, type }) => [name, memberOf(type, { name, fieldName, known, how })] as const);
  return fc
    .record(Object.fromEntries(entries))
    .map((value) => Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)));
}

interface Place {
  readonly name: string;
  readonly fieldName: string;
  readonly known: KnownValues;
  readonly how: Temper;
}

function memberOf(type: GraphQLInputType, place: Place): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return inputOf(type.ofType, place);
  const { given, omitted, null: nothing } = place.how;
  return fc.oneof(
    { weight: given, arbitrary: inputOf(type, place) },
    { weight: omitted, arbitrary: fc.constant(undefined) },
    { weight: nothing, arbitrary: fc.constant(null) },
  );
}

function inputOf(type: GraphQLInputType, place: Place): fc.Arbitrary<unknown> {
  const { name, fieldName, known, how } = place;
  if (isNonNullType(type)) return inputOf(type.ofType, place);
  if (isListType(type)) {
    const entry = inputOf(type.ofType, place);
    return fc.oneof(
      { weight: 12, arbitrary: fc.array(entry, { minLength: 1, maxLength: 3 }) },
      { weight: 1, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: entry.map((each) => [each, each]) },
      { weight: 1, arbitrary: hugeListOf(entry) },
    );
  }
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map((each) => each.name));
  if (isInputObjectType(type)) return recordOf(Object.values(type.getFields()), fieldName, known, how);
  const plain = fc.constantFrom(...knownValuesFor(name, fieldName, known), ...plainValue(type.name, name));
  const hostile = hostileScalars[type.name];
  if (hostile === undefined) throw new Error(`there are no hostile values of ${type.name} yet`);
  return fc.oneof({ weight: how.plain, arbitrary: plain }, { weight: how.hostile, arbitrary: hostile });
}

/** Of one small value many times; of a large one as often as one request has room for. */
const hugeListOf = (entry: fc.Arbitrary<unknown>) =>
  entry.map((each) => {
    const bytes = JSON.stringify(each)?.length ?? 1;
    return Array.from({ length: Math.max(2, Math.min(hugeListLength, Math.floor(200_000 / bytes))) }, () => each);
  });
