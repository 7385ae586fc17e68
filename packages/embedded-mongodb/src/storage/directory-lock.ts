import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StorageError } from './storage-error.ts';

interface Owner {
  readonly pid: number;
  /** The kernel's start time of the process: a pid is given again, after a reboot or in a container, the pair is not. */
  readonly startTime: string;
}

/**
 * Takes the data directory for this process. Throws StorageError LOCKED while another living process has it; a lock
 * whose process is gone is taken over. Call the answer to give it back.
 */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, 'LOCK');
  const mine = join(directory, `LOCK.${process.pid}.${Math.random().toString(36).slice(2)}`);
  writeFileSync(mine, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) } satisfies Owner));
  try {
    for (let attempt = 0; ; attempt += 1) {
      // A link is made whole or not at all, so nobody reads a lock that is half written.
      if (tryLink(mine, path)) return () => rmSync(path, { force: true });
      const owner = readOwner(path);
      if ((owner && isAlive(owner)) || attempt > 10) {
        throw new StorageError(
          'LOCKED',
          `${directory} is in use by process ${owner?.pid ?? 'unknown'}: one server per data directory. Stop that process, or choose another directory.`,
        );
      }
      moveAside(path, owner);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // Some file systems know no links: then the file is made in place, exclusively.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EOPNOTSUPP') return tryCreate(to, readFileSync(from));
    throw error;
  }
}

function tryCreate(path: string, content: Buffer): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a stale lock; when another process was quicker and its live lock was moved, puts that back. */
function moveAside(path: string, stale: Owner | undefined): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = readOwner(aside);
  if (moved && (moved.pid !== stale?.pid || moved.startTime !== stale.startTime)) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function readOwner(path: string): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(path, 'utf8')) as Partial<Owner>;
    return typeof owner.pid === 'number' ? { pid: owner.pid, startTime: String(owner.startTime) } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return startTimeOf(owner.pid) === owner.startTime;
}

/** Field 22 of /proc/<pid>/stat; empty where there is no /proc, so that only the pid counts there. */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name in parentheses may hold spaces; what follows it is counted from field 3.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
