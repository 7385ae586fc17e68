import { fileURLToPath } from 'node:url';

/** Absolute path of a file named relative to the repository's root, wherever the process was started. */
export function repositoryPath(relativePath: string): string {
  return fileURLToPath(new URL(`../../${relativePath}`, import.meta.url));
}
