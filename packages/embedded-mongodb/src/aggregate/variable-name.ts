import { failedToParse } from '../values/refusals.ts';

/** User variables start with a lower-case letter. Throws FailedToParse otherwise. */
export function checkVariableName(name: string): void {
  if (name === 'CURRENT') return;
  if (name === '') throw failedToParse('empty variable names are not allowed');
  if (!/^[a-z\u0080-\uffff]/.test(name)) {
    throw failedToParse(`'${name}' starts with an invalid character for a user variable name`);
  }
  if (!/^[\w\u0080-\uffff]*$/.test(name))
    throw failedToParse(`'${name}' contains an invalid character for a variable name`);
}
