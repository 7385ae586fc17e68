import { badValue, location } from '../values/refusals.ts';
import { translatePcre } from './pcre-translation.ts';

/**
 * A query's or stored regular expression (PCRE) as a JavaScript one; options i, m, s, x and u are MongoDB's. Throws
 * Location51091 for syntax that JavaScript cannot express and Location51108 for unknown options.
 */
export function compileRegex(pattern: string, options: string): RegExp {
  if (pattern.includes('\0')) throw badValue('Regular expression cannot contain an embedded null byte');
  for (const option of options) {
    if (!'imsxu'.includes(option)) throw location(51108, `invalid flag in regex options: ${option}`);
  }
  const inline = /^\(\?([imsx]+)\)/.exec(pattern);
  const all = new Set([...options, ...(inline?.[1] ?? '')]);
  const flags = ['i', 'm', 's'].filter((flag) => all.has(flag)).join('');
  const source = translatePcre(inline ? pattern.slice(inline[0].length) : pattern, {
    isMultiline: all.has('m'),
    isDotAll: all.has('s'),
    isExtended: all.has('x'),
  });
  if (source === undefined) {
    throw location(51091, `Regular expression is invalid: "${pattern}" uses syntax that this server does not support`);
  }
  try {
    return compileUnicode(source, flags);
  } catch (cause) {
    throw location(51091, `Regular expression is invalid: ${(cause as Error).message}`);
  }
}

/** Code points are matched whole; escapes that only the strict mode refuses (`\-`) are read leniently. */
function compileUnicode(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, `${flags}u`);
  } catch (error) {
    // Without the u flag a property class would silently mean the letter p.
    if (/\\p/i.test(source)) throw error;
    return new RegExp(source, flags);
  }
}
