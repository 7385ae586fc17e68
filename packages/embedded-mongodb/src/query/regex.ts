import { badValue, location } from '../values/refusals.ts';

// PCRE syntax that JavaScript would read as something else or reject with a message of its own.
const perlOnly = /\(\?(?:>|\||R|&|P>|P=|\d|\+|#)|(?<!\\)(?:\\\\)*\\[AZzGKQERhHX]|[*+?}]\+/;

/**
 * A stored or query regular expression as a JavaScript one. Options i, m, s, x and u are MongoDB's; `x` drops
 * whitespace and comments outside classes. Throws Location51091 for syntax that JavaScript cannot express.
 */
export function compileRegex(pattern: string, options: string): RegExp {
  if (pattern.includes('\0')) throw badValue('Regular expression cannot contain an embedded null byte');
  let flags = '';
  let source = pattern;
  for (const option of options) {
    if (!'imsxu'.includes(option)) throw location(51108, `invalid flag in regex options: ${option}`);
    if ('ims'.includes(option) && !flags.includes(option)) flags += option;
  }
  if (options.includes('x')) source = dropExtendedSpace(source);
  const inline = /^\(\?([imsx]+)\)/.exec(source);
  if (inline) {
    source = source.slice(inline[0].length);
    for (const option of inline[1] as string) if (option !== 'x' && !flags.includes(option)) flags += option;
    if (inline[1]?.includes('x')) source = dropExtendedSpace(source);
  }
  source = translateAnchors(source);
  if (perlOnly.test(source)) {
    throw location(
      51091,
      `Regular expression is invalid: "${pattern}" uses PCRE syntax that this server does not support`,
    );
  }
  try {
    return compileUnicode(source, flags);
  } catch (cause) {
    throw location(51091, `Regular expression is invalid: ${(cause as Error).message}`);
  }
}

/** MongoDB matches code points; escapes that the strict mode refuses fall back to JavaScript's lenient mode. */
function compileUnicode(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    return new RegExp(source, flags);
  }
}

const posixClasses: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
};

/** `\A`, `\Z`, `\z`, `(?P<name>` and POSIX classes have exact JavaScript spellings. */
function translateAnchors(source: string): string {
  return source
    .replace(/(\\[^AZz])|\\A|\\Z|\\z/g, (whole, other) => {
      if (other) return other;
      if (whole === '\\A') return '(?<![\\s\\S])';
      return whole === '\\z' ? '(?![\\s\\S])' : '(?=\\n?(?![\\s\\S]))';
    })
    .replace(/\(\?P</g, '(?<')
    .replace(/\[:(\w+):\]/g, (whole, name: string) =>
      Object.hasOwn(posixClasses, name) ? (posixClasses[name] as string) : whole,
    );
}

function dropExtendedSpace(source: string): string {
  let kept = '';
  let inClass = false;
  for (let index = 0; index < source.length; index += 1) {
    const character = source[index] as string;
    if (character === '\\') {
      kept += character + (source[index + 1] ?? '');
      index += 1;
    } else if (inClass || !/[\s#]/.test(character)) {
      if (character === '[') inClass = true;
      else if (character === ']') inClass = false;
      kept += character;
    } else if (character === '#') {
      while (index + 1 < source.length && source[index + 1] !== '\n') index += 1;
    }
  }
  return kept;
}
