import { Int32 } from 'bson';
import type { Collection } from '../engine/collection.ts';
import type { Doc } from '../values/bson-type.ts';
import type { Plan } from './choose-plan.ts';
import type { SelectedRows, Selection } from './select-rows.ts';

/** `queryPlanner` and `executionStats` as https://www.mongodb.com/docs/manual/reference/explain-results/ describes them. */
export function explainSelection(
  namespace: string,
  collection: Collection | undefined,
  selection: Selection,
  selected: SelectedRows,
  executionTimeMs: number,
): { readonly queryPlanner: Doc; readonly executionStats: Doc } {
  const winningPlan = planStages(collection, selection, selected);
  const { keysExamined, docsExamined } = selected.cost;
  return {
    queryPlanner: {
      namespace,
      parsedQuery: selection.filterSpec,
      indexFilterSet: false,
      winningPlan,
      rejectedPlans: [],
    },
    executionStats: {
      executionSuccess: true,
      nReturned: new Int32(selected.rows.length),
      executionTimeMillis: new Int32(Math.round(executionTimeMs)),
      totalKeysExamined: new Int32(keysExamined),
      totalDocsExamined: new Int32(docsExamined),
      executionStages: { ...winningPlan, nReturned: new Int32(selected.rows.length) },
    },
  };
}

function planStages(collection: Collection | undefined, selection: Selection, selected: SelectedRows): Doc {
  let stage = collection ? accessStage(selected.plan, selection) : { stage: 'EOF' };
  if (selected.isSortedInMemory) stage = { stage: 'SORT', sortPattern: selection.sort, inputStage: stage };
  if (selection.skip) stage = { stage: 'SKIP', skipAmount: new Int32(selection.skip), inputStage: stage };
  if (selection.limit !== undefined && Number.isFinite(selection.limit)) {
    stage = { stage: 'LIMIT', limitAmount: new Int32(selection.limit), inputStage: stage };
  }
  return stage;
}

function accessStage(plan: Plan, selection: Selection): Doc {
  const filter = Object.keys(selection.filterSpec).length > 0 ? { filter: selection.filterSpec } : {};
  switch (plan.kind) {
    case 'scan':
      return { stage: 'COLLSCAN', ...filter, direction: plan.isReverse ? 'backward' : 'forward' };
    case 'ids':
      return { stage: 'IDHACK', ...filter, indexName: '_id_', keyPattern: { _id: new Int32(1) } };
    case 'index': {
      const { definition, isMultikey } = plan.index;
      const inputStage = {
        stage: 'IXSCAN',
        keyPattern: definition.spec['key'],
        indexName: definition.name,
        isMultiKey: isMultikey,
        isUnique: definition.isUnique,
        isSparse: definition.isSparse,
        isPartial: definition.partialFilter !== undefined,
        direction: plan.isReverse ? 'backward' : 'forward',
        indexBounds: { intervals: new Int32(plan.intervals.length) },
      };
      return { stage: 'FETCH', ...filter, inputStage };
    }
    case 'union': {
      const inputStages = plan.branches.map((branch) => accessStage(branch, { ...selection, filterSpec: {} }));
      return { stage: 'FETCH', ...filter, inputStage: { stage: 'OR', inputStages } };
    }
  }
}
