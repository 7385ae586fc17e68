export interface PcreOptions {
  readonly isMultiline: boolean;
  readonly isDotAll: boolean;
  /** Whitespace and `#` comments outside classes are dropped. */
  readonly isExtended: boolean;
}

// Escapes that JavaScript lacks and would read as plain letters.
const unsupportedEscapes = 'GKQEhHRXCN';
const anchors: Readonly<Record<string, string>> = { A: '(?<![\\s\\S])', z: '(?![\\s\\S])', Z: '(?=\\n?(?![\\s\\S]))' };
const letterEscapes: Readonly<Record<string, string>> = { a: '\\x07', e: '\\x1b' };
// Atomic groups, conditionals, recursion, comments, branch reset, inline options and named references.
const unsupportedGroup = /^\(\?(?:>|\||R|&|P>|P=|\d|\+|-|#|\(|[imsx]|'|C)/;
const posixClass = /^\[:(\^?)([a-z]+):\]/;
const posixClasses: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`\\{-~',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
};

/** PCRE source as JavaScript source; undefined where JavaScript has no equal. */
export function translatePcre(pattern: string, options: PcreOptions): string | undefined {
  let source = '';
  let at = 0;
  let afterQuantifier = false;
  while (at < pattern.length) {
    const character = pattern[at] as string;
    const isQuantifier =
      '*+?'.includes(character) || (character === '}' && /\{\d+(?:,\d*)?$/.test(pattern.slice(0, at)));
    // A second plus makes a quantifier possessive.
    if (character === '+' && afterQuantifier) return undefined;
    const step = translateAt(pattern, at, options);
    if (!step) return undefined;
    source += step.source;
    at += step.length;
    afterQuantifier = isQuantifier && !afterQuantifier;
  }
  return source;
}

interface Step {
  readonly source: string;
  readonly length: number;
}

function translateAt(pattern: string, at: number, options: PcreOptions): Step | undefined {
  const character = pattern[at] as string;
  switch (character) {
    case '\\':
      return translateEscape(pattern[at + 1]);
    case '[':
      return translateClass(pattern, at);
    case '(':
      return translateGroup(pattern, at);
    case '.':
      // Only a newline ends a line in PCRE; JavaScript knows three more.
      return { source: options.isDotAll ? '.' : '[^\\n]', length: 1 };
    case '$':
      return { source: options.isMultiline ? '(?=\\n|(?![\\s\\S]))' : '(?=\\n?(?![\\s\\S]))', length: 1 };
    case '^':
      return { source: options.isMultiline ? '(?<=\\n|(?<![\\s\\S]))' : '^', length: 1 };
    default:
      return options.isExtended ? translateExtended(pattern, at) : { source: character, length: 1 };
  }
}

function translateEscape(letter: string | undefined): Step | undefined {
  if (letter === undefined || unsupportedEscapes.includes(letter)) return undefined;
  if (Object.hasOwn(anchors, letter)) return { source: anchors[letter] as string, length: 2 };
  if (Object.hasOwn(letterEscapes, letter)) return { source: letterEscapes[letter] as string, length: 2 };
  return { source: `\\${letter}`, length: 2 };
}

function translateGroup(pattern: string, at: number): Step | undefined {
  const rest = pattern.slice(at, at + 4);
  if (unsupportedGroup.test(rest) || rest.startsWith('(*')) return undefined;
  return rest.startsWith('(?P<') ? { source: '(?<', length: 4 } : { source: '(', length: 1 };
}

/** A class up to its bracket; a bracket right after the opening is a member. */
function translateClass(pattern: string, start: number): Step | undefined {
  let at = start + 1;
  let source = '[';
  if (pattern[at] === '^') {
    source += '^';
    at += 1;
  }
  if (pattern[at] === ']') {
    source += '\\]';
    at += 1;
  }
  while (at < pattern.length && pattern[at] !== ']') {
    const posix = posixClass.exec(pattern.slice(at));
    if (posix) {
      if (posix[1] || !Object.hasOwn(posixClasses, posix[2] as string)) return undefined;
      source += posixClasses[posix[2] as string];
      at += posix[0].length;
    } else if (pattern[at] === '\\') {
      source += pattern.slice(at, at + 2);
      at += 2;
    } else {
      source += pattern[at] === '[' ? '\\[' : pattern[at];
      at += 1;
    }
  }
  return at < pattern.length ? { source: `${source}]`, length: at + 1 - start } : undefined;
}

function translateExtended(pattern: string, at: number): Step {
  const character = pattern[at] as string;
  if (/\s/.test(character)) return { source: '', length: 1 };
  if (character !== '#') return { source: character, length: 1 };
  const end = pattern.indexOf('\n', at);
  return { source: '', length: (end < 0 ? pattern.length : end + 1) - at };
}
