/** Called after every step of a saga with the step's name. */
export type CrashPoint = (step: string) => void;

/**
 * Kills the process the hard way after the named step, so that tests can show what a crash there leaves behind.
 * Without a name it does nothing.
 */
export function createCrashPoint(crashAfter: string | null): CrashPoint {
  return (step) => {
    if (step === crashAfter) process.kill(process.pid, 'SIGKILL');
  };
}
