import type { FetchNode } from '@apollo/query-planner';
import { isInterfaceType, OperationTypeNode } from 'graphql';
import type { SubgraphError, SubgraphResponse } from '../datasource/data-source.ts';
import { compiledFetch } from './compiled-fetch.ts';
import type { PlanExecution } from './execute-plan.ts';
import { applyRewrites, renamedPath } from './fetch-rewrites.ts';
import { objectsAt, placesAt } from './flatten-path.ts';
import { isRawObject, mergeInto, mergeIntoEach, type RawObject } from './raw-data.ts';
import { groupByRepresentation, type RepresentationGroup } from './representations.ts';

type Path = readonly (string | number)[];

/** Runs one fetch of a plan and merges its answer under `path`. Failures are recorded, never thrown. */
export function executeFetch(execution: PlanExecution, node: FetchNode, path: Path): Promise<void> {
  const entities = path.length === 0 ? [execution.data] : objectsAt(execution.data, path);
  if (entities.length === 0) return Promise.resolve();
  return node.requires === undefined
    ? fetchFields(execution, node, path, entities)
    : fetchEntities(execution, node, path, entities);
}

async function fetchFields(
  execution: PlanExecution,
  node: FetchNode,
  path: Path,
  targets: readonly RawObject[],
): Promise<void> {
  const response = await send(execution, node, pickVariables(execution, node));
  if (response instanceof Error) {
    recordFailure(execution, node, path, targets[0], response);
    return;
  }
  for (const error of response.errors ?? []) {
    execution.errors.addFromSubgraph(
      node.serviceName,
      error,
      error.path && [...concretePath(execution, path), ...renamedPath(node.outputRewrites, error.path)],
    );
  }
  if (!isRawObject(response.data)) return;
  applyRewrites(execution.supergraphSchema, node.outputRewrites, response.data);
  for (const target of targets) mergeInto(target, response.data);
}

async function fetchEntities(
  execution: PlanExecution,
  node: FetchNode,
  path: Path,
  entities: readonly RawObject[],
): Promise<void> {
  const groups = groupByRepresentation(execution.supergraphSchema, entities, node);
  if (groups.length === 0) return;
  const variables = pickVariables(execution, node);
  const representations = groups.map((group) => group.representation);
  const text = variablesText(variables, groups);
  const response = await send(execution, node, { ...variables, representations }, text);
  if (response instanceof Error) {
    recordFailure(execution, node, path, groups[0]?.entities[0], response);
    return;
  }
  recordEntityErrors(execution, node, path, groups, response.errors);
  const received = response.data?.['_entities'];
  if (response.data === null || response.data === undefined) return;
  if (!Array.isArray(received) || received.length !== groups.length) {
    recordFailure(execution, node, path, groups[0]?.entities[0], new Error(`_entities is no list of ${groups.length}`));
    return;
  }
  for (const [index, group] of groups.entries()) mergeEntity(execution, node, group, received[index]);
}

function mergeEntity(execution: PlanExecution, node: FetchNode, group: RepresentationGroup, received: unknown): void {
  if (!isRawObject(received)) {
    for (const entity of group.entities) execution.errors.noteAbsent(entity);
    return;
  }
  // Fields of an interface object arrive without a type name or with the interface's: what the entity is was found elsewhere.
  if (received['__typename'] === undefined || isInterfaceObject(execution, node, received)) {
    received['__typename'] = group.entities[0]?.['__typename'];
  }
  applyRewrites(execution.supergraphSchema, node.outputRewrites, received);
  mergeIntoEach(group.entities, received);
}

/** Only where entities are sent under the name of an interface can they come back under one. */
function isInterfaceObject(execution: PlanExecution, node: FetchNode, { __typename: name }: RawObject): boolean {
  return node.inputRewrites !== undefined && isInterfaceType(execution.supergraphSchema.getType(String(name)));
}

async function send(
  execution: PlanExecution,
  node: FetchNode,
  variables: Record<string, unknown>,
  text?: string,
): Promise<SubgraphResponse | Error> {
  const source = execution.sources.get(node.serviceName);
  if (source === undefined) return new Error(`The supergraph names no subgraph ${node.serviceName}.`);
  const { document, requestHead } = compiledFetch(node);
  try {
    return await source.fetch(
      {
        operation: node.operation,
        requestHead,
        document,
        operationName: node.operationName,
        kind: node.operationKind ?? OperationTypeNode.QUERY,
        variables,
        variablesText: text,
      },
      execution.call,
    );
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function pickVariables(execution: PlanExecution, node: FetchNode): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const name of node.variableUsages ?? []) {
    const value = execution.variables[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

/** Each representation was written out to find its equals; here those texts are put together. */
function variablesText(variables: Record<string, unknown>, groups: readonly RepresentationGroup[]): string {
  const representations = `"representations":[${groups.map((group) => group.text).join()}]`;
  const others = JSON.stringify(variables);
  return others === '{}' ? `{${representations}}` : `${others.slice(0, -1)},${representations}}`;
}

/** Errors of entities come back at every place where the entity stands, under the client's path. */
function recordEntityErrors(
  execution: PlanExecution,
  node: FetchNode,
  path: Path,
  groups: readonly RepresentationGroup[],
  errors: readonly SubgraphError[] | undefined,
): void {
  if (errors === undefined || errors.length === 0) return;
  const places = placesAt(execution.data, path);
  for (const error of errors) {
    const [root, index, ...rest] = error.path ?? [];
    const group = root === '_entities' && typeof index === 'number' ? groups[index] : undefined;
    if (group === undefined) {
      const first = groups[0]?.entities[0];
      execution.errors.addFromSubgraph(node.serviceName, error, (first && places.get(first)?.[0]) ?? undefined);
      continue;
    }
    for (const entity of group.entities) {
      for (const place of places.get(entity) ?? []) {
        execution.errors.addFromSubgraph(node.serviceName, error, [
          ...place,
          ...renamedPath(node.outputRewrites, rest),
        ]);
      }
    }
  }
}

/** A fetch that failed as a whole: one error for each field it would have filled, at the first place it would have shown. */
function recordFailure(
  execution: PlanExecution,
  node: FetchNode,
  path: Path,
  target: RawObject | undefined,
  failure: Error,
): void {
  const place = path.length === 0 ? [] : ((target && placesAt(execution.data, path).get(target)?.[0]) ?? []);
  const names = new Set(renamedPath(node.outputRewrites, compiledFetch(node).responseNames()).map(String));
  execution.errors.addFailure(node.serviceName, failure, place, path, [...names]);
}

function concretePath(execution: PlanExecution, path: Path): (string | number)[] {
  if (!path.includes('@')) return [...path];
  const first = placesAt(execution.data, path).values().next();
  return first.done ? [] : (first.value[0] ?? []);
}
