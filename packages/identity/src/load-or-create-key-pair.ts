import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair, type KeyPair, keyPairFromPem } from './key-pair.ts';

/**
 * The key kept in `<directory>/<name>.pem`, made on first use and readable by its owner alone. For use outside
 * production, where keys are required from the environment instead. Throws when the file holds no P-256 private key.
 */
export async function loadOrCreateKeyPair(directory: string, name: string): Promise<KeyPair> {
  const path = join(directory, `${name}.pem`);
  const existing = await readIfThere(path);
  if (existing !== undefined) return keyPairFromPem(existing);

  await mkdir(directory, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, generateKeyPair().privateKeyPem, { mode: 0o600, flag: 'wx' });
  try {
    // A link appears whole or not at all: of two processes starting at once one wins, and neither reads half a file.
    await link(draft, path).catch(ignoreExisting);
  } finally {
    await unlink(draft);
  }
  return keyPairFromPem(await readFile(path, 'utf8'));
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function ignoreExisting(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
