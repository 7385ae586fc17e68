// Loaded into a measured process before its own code (`--import`): tells its parent how much CPU time it has used, and
// profiles itself for as long as it is told to.
import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';

/** What the parent asks. */
export interface Question {
  readonly id: number;
  readonly ask: 'use' | 'startProfile' | 'stopProfile';
  /** Where the profile goes. */
  readonly path?: string;
}

let session: Session | undefined;

async function answer({ ask, path }: Question): Promise<object> {
  if (ask === 'startProfile') {
    session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 250 });
    await session.post('Profiler.start');
  }
  if (ask === 'stopProfile' && session !== undefined && path !== undefined) {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    await writeFile(path, JSON.stringify(profile));
  }
  const { user, system } = process.cpuUsage();
  return { cpuMicroseconds: user + system, rssBytes: process.memoryUsage().rss };
}

process.on('message', async (question: Question) => {
  process.send?.({ id: question.id, ...(await answer(question)) });
});
// The channel alone must not keep the process alive.
process.channel?.unref();
