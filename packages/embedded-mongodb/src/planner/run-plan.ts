import type { Collection } from '../engine/collection.ts';
import type { Row } from '../engine/row.ts';
import type { Plan } from './choose-plan.ts';
import type { IndexPlan } from './index-plan.ts';

/** What a query cost, as explain reports it. */
export interface PlanCost {
  keysExamined: number;
  docsExamined: number;
}

/** The rows of a plan, each once, before the filter has decided. */
export function* runPlan(collection: Collection, plan: Plan, cost: PlanCost): Iterable<Row> {
  switch (plan.kind) {
    case 'scan': {
      const rows = plan.isReverse ? [...collection.rows()].reverse() : collection.rows();
      for (const row of rows) yield examined(row, cost);
      return;
    }
    case 'ids':
      for (const idKey of plan.idKeys) {
        const row = collection.findById(idKey);
        cost.keysExamined += 1;
        if (row) yield examined(row, cost);
      }
      return;
    case 'index':
      yield* walkIndex(plan, cost);
      return;
    case 'union': {
      const seen = new Set<Row>();
      for (const branch of plan.branches) {
        for (const row of runPlan(collection, branch, cost)) {
          if (seen.has(row)) continue;
          seen.add(row);
          yield row;
        }
      }
      return;
    }
    default:
      plan satisfies never;
  }
}

function examined(row: Row, cost: PlanCost): Row {
  cost.docsExamined += 1;
  return row;
}

function* walkIndex({ index, intervals, isReverse }: IndexPlan, cost: PlanCost): Iterable<Row> {
  const seen = index.isMultikey ? new Set<Row>() : undefined;
  for (const { low, high } of isReverse ? [...intervals].reverse() : intervals) {
    const entries = isReverse ? index.tree.entriesReversed(high, [], true) : index.tree.entries(low, []);
    for (const [key, row] of entries) {
      if (isReverse ? key < low : key >= high) break;
      cost.keysExamined += 1;
      if (seen?.has(row)) continue;
      seen?.add(row);
      yield examined(row, cost);
    }
  }
}
