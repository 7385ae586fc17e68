/** The data directory cannot be used as it is; the message says why and what to do. */
export class StorageError extends Error {
  readonly code: 'LOCKED' | 'FOREIGN' | 'NEWER_FORMAT' | 'DAMAGED' | 'DISK';

  constructor(code: StorageError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
  }
}
