import { codedError, isErrorCode } from '@swiftcart/graphql';
import { executeSync, type FieldNode, GraphQLError, getVariableValues, Kind } from 'graphql';
import type { CallContext, DataSource } from '../datasource/data-source.ts';
import { clientPath } from './client-paths.ts';
import { executePlan } from './execute-plan.ts';
import { OperationRefusedError } from './parsed-operation.ts';
import { createPlanErrors, type PlanErrors } from './plan-errors.ts';
import type { PlannedOperation } from './plan-operation.ts';
import type { PreparedOperation } from './prepared-operation.ts';
import type { RawObject } from './raw-data.ts';
import type { Denial, SelectionShape, ShapedField } from './response-shape.ts';
import { shapeResponse } from './shape-response.ts';

export interface OperationInput {
  readonly sources: ReadonlyMap<string, DataSource>;
  readonly call: CallContext;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly denials: ReadonlyMap<FieldNode, Denial>;
}

export interface OperationResult {
  readonly data: RawObject | null;
  readonly errors: readonly GraphQLError[];
}

/** Runs a query or a mutation. Throws OperationRefusedError before anything has run; afterwards errors come in the result. */
export async function executeOperation(prepared: PreparedOperation, input: OperationInput): Promise<OperationResult> {
  const coercedVariables = coerceVariables(prepared, input.variables);
  const planned = prepared.planFor(coercedVariables, input.denials);
  const errors = createOperationErrors();
  const data: RawObject = {};
  const node = planned.plan.node;
  if (node?.kind === 'Subscription') throw new Error('Subscriptions are streams; they are run by subscriptions/.');
  if (node !== undefined) {
    await executePlan(
      {
        supergraphSchema: prepared.graph.supergraphSchema,
        sources: input.sources,
        call: input.call,
        variables: input.variables,
        coercedVariables,
        data,
        errors,
      },
      node,
    );
  }
  return finishOperation(prepared, planned, { ...input, coercedVariables }, data, errors);
}

/** Shapes what a plan gathered into the client's response. */
export function finishOperation(
  prepared: PreparedOperation,
  planned: PlannedOperation,
  input: Pick<OperationInput, 'variables' | 'denials'> & { coercedVariables: Readonly<Record<string, unknown>> },
  raw: RawObject,
  errors: PlanErrors,
): OperationResult {
  const shape = prepared.shapeFor(input.coercedVariables, planned, input.denials);
  const shaped = shapeResponse({
    schema: prepared.graph.schema,
    rootType: prepared.rootType,
    shape,
    raw,
    errors,
    introspect: (field) => introspect(prepared, field, input.variables),
  });
  return { data: shaped.data, errors: [...clientErrors(prepared, shape, raw, errors), ...shaped.errors] };
}

/** Coerces the client's variables against the schema clients see. Throws OperationRefusedError with BAD_USER_INPUT. */
export function coerceVariables(
  prepared: PreparedOperation,
  variables: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const definitions = prepared.operation.variableDefinitions ?? [];
  const { coerced, errors } = getVariableValues(prepared.graph.schema, definitions, variables, { maxErrors: 5 });
  if (errors === undefined) return coerced;
  throw new OperationRefusedError(
    errors.map(
      ({ message, nodes }) =>
        new GraphQLError(message, { nodes: nodes ?? null, extensions: { code: 'BAD_USER_INPUT' } }),
    ),
  );
}

function clientErrors(
  prepared: PreparedOperation,
  shape: SelectionShape,
  raw: RawObject,
  errors: PlanErrors,
): GraphQLError[] {
  return errors.list.map((error) => {
    const base = error.isSafe
      ? { message: error.message, extensions: { ...error.extensions, code: error.code } }
      : { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
    const path = error.path && clientPath(prepared.graph.schema, prepared.rootType, shape, raw, error.path);
    return new GraphQLError(base.message, {
      path: path === undefined || path.length === 0 ? null : path,
      extensions: { ...base.extensions, subgraph: error.subgraph },
      originalError: error.cause instanceof Error ? error.cause : new Error(`${error.subgraph}: ${error.message}`),
    });
  });
}

/** The error list of one execution, which lets through what clients may see. */
export function createOperationErrors(): PlanErrors {
  return createPlanErrors(isPassable);
}

/** Codes of our contract say something to clients; the rest is a subgraph's own affair. */
function isPassable(code: unknown): boolean {
  return isErrorCode(code) && code !== 'INTERNAL_SERVER_ERROR' && !code.startsWith('GRAPHQL_');
}

function introspect(
  prepared: PreparedOperation,
  field: ShapedField,
  variables: Readonly<Record<string, unknown>>,
): unknown {
  const { operation, fragments, graph } = prepared;
  const selections = field.nodes;
  const document = {
    kind: Kind.DOCUMENT,
    definitions: [{ ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } }, ...fragments.values()],
  } as const;
  const { data, errors } = executeSync({ schema: graph.schema, document, variableValues: variables });
  if (errors?.[0] !== undefined) throw codedError('BAD_USER_INPUT', errors[0].message);
  return data?.[field.name] ?? null;
}
