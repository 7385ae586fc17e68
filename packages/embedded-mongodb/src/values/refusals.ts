import { CommandError } from '../command-error.ts';

/** A CommandError; the number decides its name (MongoDB's numbered assertions are called `Location<number>`). */
export function refusal(code: number, message: string): CommandError {
  return new CommandError(code, message);
}

export const badValue = (message: string): CommandError => refusal(2, message);
export const failedToParse = (message: string): CommandError => refusal(9, message);
export const typeMismatch = (message: string): CommandError => refusal(14, message);
export const location = refusal;
