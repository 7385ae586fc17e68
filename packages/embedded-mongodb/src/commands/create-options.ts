import { Int32, Long } from 'bson';
import { CommandError } from '../command-error.ts';
import { type Doc, isNumeric } from '../values/bson-type.ts';
import { collationInFull } from '../values/collation.ts';
import { toDouble } from '../values/numeric.ts';
import { assertKnownFields, flagOf, optionalDocument, optionalString } from './arguments.ts';

/** What `create` takes: https://www.mongodb.com/docs/manual/reference/command/create/ */
export const CREATE_FIELDS = [
  ...['create', 'validator', 'validationLevel', 'validationAction', 'collation', 'capped', 'autoIndexId', 'idIndex'],
  ...['size', 'max', 'storageEngine', 'indexOptionDefaults', 'viewOn', 'pipeline', 'timeseries', 'expireAfterSeconds'],
  ...['clusteredIndex', 'changeStreamPreAndPostImages', 'encryptedFields'],
];

const MAX_CAPPED_BYTES = 2 ** 50;

/** The options of a new collection or view, as listCollections shows them. Throws 2, 14 and 72 for malformed ones. */
export function createOptionsOf(body: Doc): Doc {
  if (body['encryptedFields'] !== undefined)
    throw new CommandError(115, "create with 'encryptedFields' is not supported by this server");
  const options: Doc = {
    ...cappedOptions(body),
    ...viewOptions(body),
    ...timeSeriesOptions(body),
    ...clusteredOptions(body),
    ...optionsOf(body),
  };
  const images = optionalDocument(body, 'changeStreamPreAndPostImages');
  if (images) {
    assertKnownFields(images, 'create.changeStreamPreAndPostImages', ['enabled']);
    // As mongod lists it: absent and false are one.
    if (flagOf(images, 'enabled')) options['changeStreamPreAndPostImages'] = { enabled: true };
  }
  for (const kept of ['storageEngine', 'indexOptionDefaults'] as const) {
    const value = optionalDocument(body, kept);
    if (value) options[kept] = value;
  }
  return { ...options, ...expiryOption(body, options) };
}

/** The collection options that create and collMod share. */
export function optionsOf(body: Doc): Doc {
  const options: Doc = {};
  const validator = optionalDocument(body, 'validator');
  if (validator) options['validator'] = validator;
  const level = optionalString(body, 'validationLevel');
  if (level !== undefined) options['validationLevel'] = oneOf('validationLevel', level, ['off', 'moderate', 'strict']);
  const action = optionalString(body, 'validationAction');
  if (action !== undefined)
    options['validationAction'] = oneOf('validationAction', action, ['error', 'warn', 'errorAndLog']);
  const collation = collationInFull(optionalDocument(body, 'collation'));
  if (collation) options['collation'] = collation;
  return options;
}

function oneOf(name: string, value: string, known: readonly string[]): string {
  if (!known.includes(value))
    throw new CommandError(2, `Enumeration value '${value}' for field '${name}' is not a valid value.`);
  return value;
}

/** https://www.mongodb.com/docs/manual/core/capped-collections/ : sizes are rounded up to 256 bytes. */
function cappedOptions(body: Doc): Doc {
  if (!flagOf(body, 'capped')) {
    for (const limit of ['size', 'max'] as const) {
      if (body[limit] === undefined) continue;
      throw new CommandError(72, `the '${limit}' field is only valid when 'capped' is true`);
    }
    return {};
  }
  if (body['size'] === undefined) throw new CommandError(72, "the 'size' field is required when 'capped' is true");
  const size = wholeNumber(body['size'], 'size', 1, MAX_CAPPED_BYTES);
  const rounded = Math.ceil(size / 256) * 256;
  const max = body['max'] === undefined ? 0 : wholeNumber(body['max'], 'max', Number.NEGATIVE_INFINITY, 2 ** 31 - 1);
  return {
    capped: true,
    size: rounded > 2 ** 31 - 1 ? Long.fromNumber(rounded) : new Int32(rounded),
    ...(max > 0 ? { max: new Int32(max) } : {}),
  };
}

function wholeNumber(value: unknown, name: string, least: number, most: number): number {
  if (!isNumeric(value)) throw new CommandError(14, `BSON field 'create.${name}' must be a number`);
  const number = Math.trunc(toDouble(value));
  if (number < least || number > most) {
    throw new CommandError(
      2,
      `BSON field '${name}' value must be between ${least} and ${most}, actual value '${number}'`,
    );
  }
  return number;
}

function viewOptions(body: Doc): Doc {
  const viewOn = optionalString(body, 'viewOn');
  const pipeline = body['pipeline'];
  if (viewOn === undefined) {
    if (pipeline !== undefined) throw new CommandError(72, "'pipeline' requires 'viewOn' to also be specified");
    return {};
  }
  if (viewOn === '') throw new CommandError(2, "'viewOn' cannot be empty");
  for (const other of ['capped', 'timeseries', 'clusteredIndex', 'validator', 'expireAfterSeconds'] as const) {
    if (body[other] !== undefined) throw new CommandError(72, `option not supported on a view: ${other}`);
  }
  if (pipeline !== undefined && !Array.isArray(pipeline)) {
    throw new CommandError(14, "BSON field 'create.pipeline' is the wrong type, expected type 'array'");
  }
  return { viewOn, pipeline: pipeline ?? [] };
}

/** Seconds a bucket of each granularity spans: https://www.mongodb.com/docs/manual/core/timeseries/timeseries-granularity/ */
const BUCKET_SECONDS: Readonly<Record<string, number>> = { seconds: 3600, minutes: 86_400, hours: 2_592_000 };

function timeSeriesOptions(body: Doc): Doc {
  const spec = optionalDocument(body, 'timeseries');
  if (!spec) return {};
  const known = ['timeField', 'metaField', 'granularity', 'bucketMaxSpanSeconds', 'bucketRoundingSeconds'];
  assertKnownFields(spec, 'create.timeseries', known);
  if (typeof spec['timeField'] !== 'string')
    throw new CommandError(40414, "BSON field 'create.timeseries.timeField' is missing but a required field");
  const { bucketMaxSpanSeconds: span, bucketRoundingSeconds: rounding } = spec;
  if (span !== undefined || rounding !== undefined) {
    // https://www.mongodb.com/docs/manual/reference/command/create/ : both, and equal, or neither.
    if (spec['granularity'] !== undefined || span === undefined || toDouble(span) !== toDouble(rounding ?? 0))
      throw new CommandError(72, "'bucketMaxSpanSeconds' and 'bucketRoundingSeconds' must be equal and stand alone");
    return { timeseries: spec };
  }
  const granularity = oneOf('granularity', String(spec['granularity'] ?? 'seconds'), Object.keys(BUCKET_SECONDS));
  const seconds = BUCKET_SECONDS[granularity] as number;
  return { timeseries: { ...spec, granularity, bucketMaxSpanSeconds: new Int32(seconds) } };
}

/** https://www.mongodb.com/docs/manual/core/clustered-collections/ */
function clusteredOptions(body: Doc): Doc {
  const spec = optionalDocument(body, 'clusteredIndex');
  if (!spec) return {};
  assertKnownFields(spec, 'create.clusteredIndex', ['v', 'key', 'name', 'unique']);
  const key = optionalDocument(spec, 'key');
  if (!key || Object.keys(key).join() !== '_id' || toDouble(key['_id']) !== 1)
    throw new CommandError(197, 'The clustered index key must be {_id: 1}');
  if (!flagOf(spec, 'unique')) throw new CommandError(40414, "'clusteredIndex' option must specify {unique: true}");
  return {
    clusteredIndex: { v: new Int32(2), key, name: optionalString(spec, 'name') ?? '_id_', unique: true },
  };
}

function expiryOption(body: Doc, options: Doc): Doc {
  const given = body['expireAfterSeconds'];
  if (given === undefined) return {};
  if (given === 'off') return {};
  if (!options['timeseries'] && !options['clusteredIndex']) {
    throw new CommandError(
      72,
      "'expireAfterSeconds' is only supported on time-series collections or when the 'clusteredIndex' option is specified",
    );
  }
  return { expireAfterSeconds: Long.fromNumber(wholeNumber(given, 'expireAfterSeconds', 0, 2 ** 31 - 1)) };
}
