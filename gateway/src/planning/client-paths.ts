import {
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isListType,
  isNonNullType,
} from 'graphql';
import { isRawObject, type RawObject } from './raw-data.ts';
import { type RuntimeType, runtimeType, type SelectionShape, type ShapedField } from './response-shape.ts';

type Path = readonly (string | number)[];

/**
 * Translates a raw error path into the client's names. A step that the client did not select (a key or a `@requires`
 * input that only the plan needed) ends the path at the last place the client knows.
 */
export function clientPath(
  schema: GraphQLSchema,
  rootType: GraphQLObjectType,
  shape: SelectionShape,
  raw: RawObject,
  path: Path,
): (string | number)[] {
  const translated: (string | number)[] = [];
  let type: GraphQLOutputType = rootType;
  let currentShape: SelectionShape | undefined = shape;
  let value: unknown = raw;
  for (const step of path) {
    const bare: GraphQLOutputType = isNonNullType(type) ? type.ofType : type;
    if (typeof step === 'number') {
      if (!isListType(bare)) return translated;
      translated.push(step);
      type = bare.ofType;
      value = Array.isArray(value) ? value[step] : undefined;
      continue;
    }
    const objectType: RuntimeType | undefined = runtimeType(
      schema,
      getNamedType(bare),
      isRawObject(value) ? value['__typename'] : undefined,
    );
    const field: ShapedField | undefined =
      objectType && currentShape?.fieldsOf(objectType).find((candidate) => candidate.rawName === step);
    if (field === undefined) return translated;
    translated.push(field.name);
    type = field.type;
    currentShape = field.shape;
    value = isRawObject(value) ? value[step] : undefined;
  }
  return translated;
}
