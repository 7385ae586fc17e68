import { CommandError } from '../command-error.ts';
import { type Doc, isDocument, isNumeric } from '../values/bson-type.ts';
import { toDouble } from '../values/numeric.ts';

/** What `failCommand` may do to a command: https://github.com/mongodb/specifications, "fail points". */
export interface CommandFault {
  readonly closesConnection: boolean;
  readonly blockMs: number;
  readonly error: CommandError | undefined;
  readonly writeConcernError: Doc | undefined;
}

interface FailPoint {
  /** How often it still strikes. */
  remaining: number;
  /** How many commands it first lets pass. */
  skipping: number;
  readonly data: Doc;
}

const KNOWN_DATA: ReadonlySet<string> = new Set([
  ...['failCommands', 'errorCode', 'errorLabels', 'closeConnection', 'blockConnection', 'blockTimeMS', 'appName'],
  ...['writeConcernError', 'failInternalCommands', 'threadName', 'namespace', 'errorExtraInfo', 'failLocalClients'],
  'failAllCommands',
]);

/** The fail points of a server that was started for driver tests; a server without them has no `configureFailPoint`. */
export class FailPoints {
  #failCommand: FailPoint | undefined;
  #isTimingOut = false;

  /** Throws 9 for a name or mode that it has not; a command is never failed by accident. */
  configure(body: Doc): void {
    if (body['configureFailPoint'] === 'maxTimeAlwaysTimeOut') {
      this.#isTimingOut = readMode(body['mode']).remaining > 0;
      return;
    }
    if (body['configureFailPoint'] !== 'failCommand') {
      throw new CommandError(9, `fail point not found: ${String(body['configureFailPoint'])}`);
    }
    const { remaining, skipping } = readMode(body['mode']);
    const data = isDocument(body['data']) ? body['data'] : {};
    const unknown = Object.keys(data).find((name) => !KNOWN_DATA.has(name));
    if (unknown) throw new CommandError(2, `failCommand: '${unknown}' is not supported by this server`);
    this.#failCommand = remaining > 0 ? { remaining, skipping, data } : undefined;
  }

  /** The fault for this command, which counts as one strike. */
  take(body: Doc, namespace: string, appName: string | undefined): CommandFault | undefined {
    const commandName = Object.keys(body)[0] ?? '';
    if (this.#isTimingOut && isNumeric(body['maxTimeMS']) && toDouble(body['maxTimeMS']) > 0) return timedOut();
    const point = this.#failCommand;
    if (!point || !applies(point.data, commandName, namespace, appName)) return undefined;
    if (point.skipping > 0) {
      point.skipping -= 1;
      return undefined;
    }
    point.remaining -= 1;
    if (point.remaining <= 0) this.#failCommand = undefined;
    return faultOf(point.data);
  }
}

/** Every command with a time limit is past it. */
function timedOut(): CommandFault {
  const error = new CommandError(50, 'operation exceeded time limit');
  return { closesConnection: false, blockMs: 0, error, writeConcernError: undefined };
}

function readMode(mode: unknown): { remaining: number; skipping: number } {
  if (mode === 'off') return { remaining: 0, skipping: 0 };
  if (mode === 'alwaysOn') return { remaining: Number.POSITIVE_INFINITY, skipping: 0 };
  if (isDocument(mode) && isNumeric(mode['times'])) return { remaining: toDouble(mode['times']), skipping: 0 };
  if (isDocument(mode) && isNumeric(mode['skip'])) {
    return { remaining: Number.POSITIVE_INFINITY, skipping: toDouble(mode['skip']) };
  }
  throw new CommandError(9, "configureFailPoint: 'mode' must be 'off', 'alwaysOn', { times: n } or { skip: n }");
}

function applies(data: Doc, commandName: string, namespace: string, appName: string | undefined): boolean {
  if (commandName === 'configureFailPoint') return false;
  const wanted = data['failCommands'];
  // A command fails under each of its names: isMaster is ismaster, findAndModify is findandmodify.
  const isNamed =
    Array.isArray(wanted) && wanted.some((name) => String(name).toLowerCase() === commandName.toLowerCase());
  if (!isNamed && data['failAllCommands'] !== true) return false;
  if (data['namespace'] !== undefined && data['namespace'] !== namespace) return false;
  return data['appName'] === undefined || data['appName'] === appName;
}

function faultOf(data: Doc): CommandFault {
  const { errorCode, errorLabels, errorExtraInfo, writeConcernError } = data;
  const labels = Array.isArray(errorLabels) ? { errorLabels } : {};
  const extra = isDocument(errorExtraInfo) ? errorExtraInfo : {};
  const isWriteConcern = isDocument(writeConcernError);
  return {
    closesConnection: data['closeConnection'] === true,
    blockMs: data['blockConnection'] === true && isNumeric(data['blockTimeMS']) ? toDouble(data['blockTimeMS']) : 0,
    error:
      isNumeric(errorCode) && !isWriteConcern
        ? new CommandError(toDouble(errorCode), "Failing command via 'failCommand' failpoint", { ...extra, ...labels })
        : undefined,
    writeConcernError: isWriteConcern ? { writeConcernError, ...labels } : undefined,
  };
}
