/** The few methods of a logger (pino's, or console's) that the server calls. */
export interface ServerLogger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}
