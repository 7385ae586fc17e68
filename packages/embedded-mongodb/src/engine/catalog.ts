import { UUID } from 'bson';
import { CommandError } from '../command-error.ts';
import type { Doc } from '../values/bson-type.ts';
import { Collection } from './collection.ts';
import type { Journal } from './journal.ts';

/** Every collection of the server by namespace (`database.collection`). */
export class Catalog {
  readonly #collections = new Map<string, Collection>();
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get journal(): Journal {
    return this.#journal;
  }

  find(namespace: string): Collection | undefined {
    return this.#collections.get(namespace);
  }

  /** The collection, made now when there is none, as MongoDB makes it with the first write. */
  ensure(namespace: string): Collection {
    return this.find(namespace) ?? this.create(namespace, {});
  }

  create(namespace: string, options: Doc, uuid = new UUID()): Collection {
    assertNamespace(namespace);
    const collection = new Collection(namespace, options, this.#journal, uuid);
    this.#collections.set(namespace, collection);
    this.#journal.record({ kind: 'createCollection', namespace, options, uuid });
    return collection;
  }

  drop(namespace: string): boolean {
    if (!this.#collections.delete(namespace)) return false;
    this.#journal.record({ kind: 'dropCollection', namespace });
    return true;
  }

  rename(namespace: string, to: string): void {
    assertNamespace(to);
    const collection = this.find(namespace);
    if (!collection) throw new CommandError(26, `Source collection ${namespace} does not exist`);
    this.#collections.delete(namespace);
    this.#collections.set(to, collection);
    collection.rename(to);
    this.#journal.record({ kind: 'renameCollection', namespace, to });
  }

  modify(collection: Collection, options: Doc): void {
    collection.setOptions(options);
    this.#journal.record({ kind: 'modifyCollection', namespace: collection.namespace, options });
    collection.keepWithinCap();
  }

  collections(): Iterable<Collection> {
    return this.#collections.values();
  }

  collectionsOf(database: string): Collection[] {
    return [...this.#collections.values()].filter(({ namespace }) => namespace.startsWith(`${database}.`));
  }

  databaseNames(): string[] {
    const names = [...this.#collections.keys()].map((namespace) => namespace.slice(0, namespace.indexOf('.')));
    return [...new Set(names)].sort();
  }
}

/** Throws 73 InvalidNamespace for names that MongoDB does not take. */
export function assertNamespace(namespace: string): void {
  const dot = namespace.indexOf('.');
  const database = namespace.slice(0, dot);
  const name = namespace.slice(dot + 1);
  const isValid =
    dot > 0 && database.length < 64 && !/[/\\. "$\0]/.test(database) && name !== '' && !/[$\0]/.test(name);
  if (!isValid || name.startsWith('.') || Buffer.byteLength(namespace) > 255) {
    throw new CommandError(73, `Invalid namespace specified '${namespace}'`);
  }
}
