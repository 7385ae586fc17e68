import { serialize } from 'bson';
import { decodeDocument } from '../src/bson-codec.ts';
import { Catalog } from '../src/engine/catalog.ts';
import { memoryJournal } from '../src/engine/journal.ts';
import { CursorRegistry } from '../src/server/cursor-registry.ts';
import { runCommand } from '../src/server/run-command.ts';
import type { Doc } from '../src/values/bson-type.ts';

/** The server's commands without a socket, for tests that run tens of thousands. */
export function createDirectServer() {
  const catalog = new Catalog(memoryJournal);
  const cursors = new CursorRegistry(() => 0);
  const startedAt = new Date(0);
  return {
    catalog,
    /** The reply as it would be decoded from the wire. */
    async run(command: Doc, database = 'test'): Promise<Doc> {
      const commandName = Object.keys(command)[0] ?? '';
      const isInsert = commandName === 'insert';
      const body = decodeDocument(serialize(command), isInsert ? { documents: true } : undefined);
      const context = {
        catalog,
        cursors,
        database,
        commandName,
        body,
        connectionId: 1,
        startedAt,
        now: () => new Date(0),
      };
      const reply = await runCommand(context);
      if (!reply) throw new Error('the server hung up');
      return decodeDocument(reply);
    },
  };
}
