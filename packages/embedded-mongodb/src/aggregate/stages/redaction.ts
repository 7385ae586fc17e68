import { type Doc, isDocument } from '../../values/bson-type.ts';
import { putField } from '../../values/fields.ts';
import { location } from '../../values/refusals.ts';
import type { StageCompiler } from '../stage.ts';

/** `$redact`: each level of a document is kept, descended into or dropped by an expression. */
export const compileRedact: StageCompiler = (operand, scope) => {
  const { compile, values } = scope.variables;
  const expression = compile.compile(operand, compile);
  const redact = (doc: Doc): Doc | undefined => {
    const decision = expression(doc, values);
    if (decision === 'keep') return doc;
    if (decision === 'prune') return undefined;
    if (decision !== 'descend')
      throw location(17053, '$redact must evaluate to one of the variables $$KEEP, $$PRUNE or $$DESCEND');
    const made: Doc = {};
    for (const [name, value] of Object.entries(doc)) {
      const inner = redactValue(value);
      if (inner !== undefined) putField(made, name, inner);
    }
    return made;
  };
  const redactValue = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(redactValue).filter((element) => element !== undefined);
    return isDocument(value) ? redact(value) : value;
  };
  return function* redacted(docs) {
    for (const doc of docs) {
      const kept = redact(doc);
      if (kept) yield kept;
    }
  };
};
