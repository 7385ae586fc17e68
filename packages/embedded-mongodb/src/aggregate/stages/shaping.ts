import { bsonTypeOf, type Doc, isDocument } from '../../values/bson-type.ts';
import { getField, plainDocument, withField, withoutField } from '../../values/fields.ts';
import { preview } from '../../values/preview.ts';
import { location } from '../../values/refusals.ts';
import type { CompileScope, Variables } from '../expression-scope.ts';
import { compileProjectStage } from '../project.ts';
import { addLeaf, emptyNode, type ProjectionNode } from '../projection-tree.ts';
import { mapping, type PipelineScope, type Stage, type StageCompiler } from '../stage.ts';

/** Stages that reshape each document by itself. */
export const shapingStages: Readonly<Record<string, StageCompiler>> = {
  $project: (operand, scope) => mapping(compileProjectStage(operand, scope.variables.compile, scope.variables.values)),
  $addFields: (operand, scope) => compileAddFields('$addFields', operand, scope),
  $set: (operand, scope) => compileAddFields('$set', operand, scope),
  $unset: compileUnset,
  $replaceRoot: (operand, scope) => {
    if (!isDocument(operand))
      throw location(40229, `expected an object as specification for $replaceRoot stage, got ${bsonTypeOf(operand)}`);
    const unknown = Object.keys(operand).find((name) => name !== 'newRoot');
    if (unknown) throw location(40415, `BSON field '$replaceRoot.${unknown}' is an unknown field.`);
    if (!Object.hasOwn(operand, 'newRoot'))
      throw location(40414, "BSON field '$replaceRoot.newRoot' is missing but a required field");
    return replaceRoot("'newRoot' expression", operand['newRoot'], scope);
  },
  $replaceWith: (operand, scope) => replaceRoot("'replacement document'", operand, scope),
};

function replaceRoot(what: string, operand: unknown, scope: PipelineScope): Stage {
  const expression = scope.variables.compile.compile(operand, scope.variables.compile);
  return mapping((doc) => {
    const root = expression(doc, scope.variables.values);
    if (!isDocument(root)) {
      throw location(
        40228,
        `${what} must evaluate to an object, but resulting value was: ${root === undefined ? 'MISSING' : preview(root)}. Type of resulting value: '${bsonTypeOf(root)}'.`,
      );
    }
    return root;
  });
}

function compileUnset(operand: unknown): Stage {
  const names = Array.isArray(operand) ? operand : [operand];
  if (names.length === 0)
    throw location(31119, '$unset specification must be a string or an array with at least one field');
  const root = emptyNode();
  for (const name of names) {
    if (typeof name !== 'string') {
      throw location(
        Array.isArray(operand) ? 31120 : 31002,
        '$unset specification must be a string or an array containing only string values',
      );
    }
    if (name.startsWith('$'))
      throw location(16410, `FieldPath field names may not start with '$'. Consider using $getField or $setField.`);
    addLeaf(root, name, { kind: 'exclude' });
  }
  return mapping((doc) => unset(doc, root) as Doc);
}

function unset(value: unknown, node: ProjectionNode): unknown {
  if (Array.isArray(value)) return value.map((element) => unset(element, node));
  if (!isDocument(value)) return value;
  let doc = value;
  for (const [name, child] of node.children) {
    if (child.kind !== 'node') doc = withoutField(doc, name);
    else if (Object.hasOwn(plainDocument(doc), name)) doc = withField(doc, name, unset(getField(doc, name), child));
  }
  return doc;
}

function compileAddFields(name: string, operand: unknown, scope: PipelineScope): Stage {
  if (!isDocument(operand))
    throw location(40272, `${name} specification stage must be an object, got ${bsonTypeOf(operand)}`);
  const add = compileAddedFields(name, operand, scope.variables.compile);
  return mapping((doc) => add(doc, scope.variables.values));
}

/** Computed fields over a document's own, arrays of documents entered. */
export function compileAddedFields(
  name: string,
  spec: Doc,
  scope: CompileScope,
): (doc: Doc, variables: Variables) => Doc {
  if (Object.keys(spec).length === 0)
    throw location(40177, `Invalid ${name} :: caused by :: specification must have at least one field`);
  const root = emptyNode();
  const visit = (doc: Doc, prefix: string): void => {
    for (const [field, value] of Object.entries(plainDocument(doc))) {
      const path = `${prefix}${field}`;
      if (field.startsWith('$')) {
        throw location(
          16410,
          `FieldPath field names may not start with '$'. Consider using $getField or $setField. Found: ${field}`,
        );
      }
      const first = bsonTypeOf(value) === 'object' ? Object.keys(value as Doc)[0] : '$';
      if (first === undefined)
        throw location(40180, `an empty object is not a valid value. Found empty object at path ${path}`);
      // A nested document stands for its dotted paths; here numbers and booleans are values like any other.
      if (first.startsWith('$')) addLeaf(root, path, { kind: 'computed', expression: scope.compile(value, scope) });
      else visit(value as Doc, `${path}.`);
    }
  };
  visit(spec, '');
  return (doc, variables) => addTo(doc, root, doc, variables);
}

function addTo(target: Doc, node: ProjectionNode, root: Doc, variables: Variables): Doc {
  let doc = target;
  for (const [name, child] of node.children) {
    if (child.kind === 'node') {
      doc = withField(doc, name, addNested(getField(doc, name), child, root, variables));
    } else if (child.kind === 'computed') {
      const value = child.expression(root, variables);
      doc = value === undefined ? withoutField(doc, name) : withField(doc, name, value);
    }
  }
  return doc;
}

function addNested(value: unknown, node: ProjectionNode, root: Doc, variables: Variables): unknown {
  if (Array.isArray(value)) return value.map((element) => addNested(element, node, root, variables));
  return addTo(isDocument(value) ? value : {}, node, root, variables);
}
