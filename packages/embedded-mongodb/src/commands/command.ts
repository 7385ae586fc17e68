import type { Catalog } from '../engine/catalog.ts';
import type { CursorRegistry } from '../server/cursor-registry.ts';
import type { FailPoints } from '../server/fail-points.ts';
import type { Doc } from '../values/bson-type.ts';

/** What every command may use. Time comes from `now()`, so tests can set it. */
export interface CommandContext {
  readonly catalog: Catalog;
  readonly cursors: CursorRegistry;
  readonly database: string;
  readonly commandName: string;
  readonly body: Doc;
  readonly connectionId: number;
  readonly startedAt: Date;
  readonly now: () => Date;
  /** Only a server that was started for driver tests has them. */
  readonly failPoints?: FailPoints | undefined;
  /** What the connection said of itself in its first hello. */
  readonly client?: ClientMetadata | undefined;
}

/** One connection's; filled in by its hello. */
export interface ClientMetadata {
  appName: string | undefined;
}

/** An answer: a document, which gets `ok: 1`, or finished BSON. */
export type Reply = Doc | Uint8Array;

/** Runs to its end at once; throws CommandError to refuse. */
export interface Command {
  /** What the command waits for before it runs; only a tailable cursor's getMore does. */
  readonly waitsFor?: (context: CommandContext) => Promise<void> | undefined;
  run(context: CommandContext): Reply;
  /** The answer waits until everything so far is on disk. */
  readonly isWrite?: boolean | ((body: Doc) => boolean);
  /** Only on the `admin` database (code 13). */
  readonly isAdminOnly?: boolean;
}
