import { codedError } from '@swiftcart/graphql';
import { GraphQLError, type GraphQLObjectType, type GraphQLSchema, isNonNullType, isObjectType } from 'graphql';
import type { PlanErrors } from './plan-errors.ts';
import { isRawObject, type RawObject } from './raw-data.ts';
import { type RuntimeType, runtimeType, type SelectionShape, type ShapedField } from './response-shape.ts';
import type { NullableKind, ValueKind } from './value-kind.ts';

export interface ShapingInput {
  readonly schema: GraphQLSchema;
  readonly rootType: GraphQLObjectType;
  readonly shape: SelectionShape;
  readonly raw: RawObject;
  readonly errors: PlanErrors;
  /** Answers `__schema` and `__type`. */
  introspect(field: ShapedField): unknown;
}

/** A response in the client's own names, with every error that explains a null in it. */
export interface ShapedResponse {
  readonly data: RawObject | null;
  readonly errors: readonly GraphQLError[];
}

type Path = readonly (string | number)[];

/**
 * Turns merged raw data into exactly what the client selected: its names, its order, its types.
 * A missing value is null; null at a non-null position becomes an error with a path and nulls its parent, as the
 * specification asks (section 6.4.4), unless an error already explains it or the entity does not exist for the caller.
 */
export function shapeResponse(input: ShapingInput): ShapedResponse {
  const shaping = new Shaping(input);
  const data = shaping.object(input.raw, input.rootType, input.shape);
  return { data: data ?? null, errors: shaping.errors };
}

/** `undefined` from a method means: null, and the position above must become null too. */
class Shaping {
  readonly errors: GraphQLError[] = [];
  readonly #input: ShapingInput;
  /** Where shaping is: a path is written out only where an error needs it. */
  readonly #steps: (ShapedField | number)[] = [];

  constructor(input: ShapingInput) {
    this.#input = input;
  }

  object(raw: RawObject, type: RuntimeType, shape: SelectionShape): RawObject | undefined {
    const output: RawObject = {};
    for (const field of shape.fieldsOf(type)) {
      const ready = raw[field.rawName];
      if (ready !== null && ready !== undefined && field.isReady?.(ready)) {
        output[field.name] = ready;
        continue;
      }
      const value = this.#field(raw, ready, type, field);
      if (value === undefined) return undefined;
      if (field.name === '__proto__') {
        Object.defineProperty(output, field.name, { value, enumerable: true, configurable: true, writable: true });
      } else output[field.name] = value;
    }
    return output;
  }

  #field(raw: RawObject, rawValue: unknown, type: RuntimeType, field: ShapedField): unknown {
    if (field.kind === 'typename') {
      if (isObjectType(type)) return type.name;
      this.#violation('The type of an object is not known.');
      return undefined;
    }
    if (field.kind === 'introspection') return this.#input.introspect(field);
    // Whoever may not see an entity, or refers to one that is gone, gets null at the nearest place that allows it.
    if (rawValue === undefined && isNonNullType(field.type) && this.#input.errors.isAbsent(raw)) return undefined;
    this.#steps.push(field);
    const value = field.denial === undefined ? this.#value(rawValue, field.valueKind, field) : this.#denied(field);
    this.#steps.pop();
    return value;
  }

  #denied(field: ShapedField): null | undefined {
    const code = field.denial ?? 'FORBIDDEN';
    const message = code === 'FORBIDDEN' ? 'You may not see this.' : 'Sign in to see this.';
    this.errors.push(codedErrorAt(codedError(code, message), this.#path()));
    return isNonNullType(field.type) ? undefined : null;
  }

  #value(raw: unknown, kind: ValueKind, field: ShapedField): unknown {
    if (kind.kind !== 'non-null') return this.#nullable(raw, kind, field);
    const errorsBefore = this.errors.length;
    const value = this.#nullable(raw, kind.of, field);
    if (value !== null && value !== undefined) return value;
    if (this.errors.length === errorsBefore && !this.#isExplained()) this.#violation('A required value is missing.');
    return undefined;
  }

  #nullable(raw: unknown, kind: NullableKind, field: ShapedField): unknown {
    if (raw === null || raw === undefined) return null;
    switch (kind.kind) {
      case 'leaf':
        if (kind.isValid(raw)) return raw;
        this.#violation('A value is not of its type.');
        return null;
      case 'list':
        return this.#list(raw, kind.of, field);
      case 'composite':
        return this.#composite(raw, kind, field);
      default:
        return kind satisfies never;
    }
  }

  #composite(
    raw: unknown,
    { type, isObject }: ValueKind & { kind: 'composite' },
    field: ShapedField,
  ): RawObject | null {
    if (!isRawObject(raw) || field.shape === undefined) {
      this.#violation('A value is not of its type.');
      return null;
    }
    const objectType = isObject
      ? (type as GraphQLObjectType)
      : runtimeType(this.#input.schema, type, raw['__typename']);
    if (objectType === undefined) {
      if (!this.#isExplained()) this.#violation('The type of an object is not known.');
      return null;
    }
    return this.object(raw, objectType, field.shape) ?? null;
  }

  #list(raw: unknown, elementKind: ValueKind, field: ShapedField): unknown[] | null {
    if (!Array.isArray(raw)) {
      this.#violation('A value is not of its type.');
      return null;
    }
    const output: unknown[] = [];
    const depth = this.#steps.push(0);
    for (let index = 0; index < raw.length; index += 1) {
      this.#steps[depth - 1] = index;
      const value = this.#value(raw[index], elementKind, field);
      if (value === undefined) break;
      output.push(value);
    }
    this.#steps.pop();
    return output.length === raw.length ? output : null;
  }

  /** Errors of subgraphs are under raw names: they differ from the client's where planning used another alias. */
  #isExplained(): boolean {
    return this.#input.errors.explains(this.#steps.map((step) => (typeof step === 'number' ? step : step.rawName)));
  }

  #path(): Path {
    return this.#steps.map((step) => (typeof step === 'number' ? step : step.name));
  }

  #violation(message: string): void {
    this.errors.push(codedErrorAt(codedError('INTERNAL_SERVER_ERROR', message), this.#path()));
  }
}

function codedErrorAt(error: GraphQLError, path: Path): GraphQLError {
  return new GraphQLError(error.message, { path, extensions: error.extensions });
}
