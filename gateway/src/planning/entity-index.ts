import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { compiledFetch } from './compiled-fetch.ts';
import { objectsAt } from './flatten-path.ts';
import type { RawObject } from './raw-data.ts';
import { groupByRepresentation, type RepresentationGroup } from './representations.ts';

type Path = readonly (string | number)[];

/** What stands at one path of a plan, for as long as nothing is merged. */
export interface Place {
  readonly objects: readonly RawObject[];
  /** The objects as a fetch needs them: each representation once. Shared between fetches, so not to be changed. */
  groupsFor(node: FetchNode): readonly RepresentationGroup[];
}

/**
 * Finds the entities that fetches are about. Parallel fetches often start from the same place with the same key, one for
 * each subgraph that knows more: as long as nothing was merged in between they get what was found for the first.
 */
export class EntityIndex {
  readonly #schema: GraphQLSchema;
  readonly #data: RawObject;
  readonly #places = new Map<string, Place>();

  constructor(schema: GraphQLSchema, data: RawObject) {
    this.#schema = schema;
    this.#data = data;
  }

  at(path: Path): Place {
    const key = path.join('.');
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.#placeOf(path.length === 0 ? [this.#data] : objectsAt(this.#data, path));
      this.#places.set(key, place);
    }
    return place;
  }

  /** To be called whenever something was merged: new objects may stand at any path, and new values in any of them. */
  dataChanged(): void {
    this.#places.clear();
  }

  #placeOf(objects: readonly RawObject[]): Place {
    const known = new Map<string, readonly RepresentationGroup[]>();
    return {
      objects,
      groupsFor: (node) => {
        const key = compiledFetch(node).requiresKey();
        const groups = known.get(key) ?? groupByRepresentation(this.#schema, objects, node);
        known.set(key, groups);
        return groups;
      },
    };
  }
}
