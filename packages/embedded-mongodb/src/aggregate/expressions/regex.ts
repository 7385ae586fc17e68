import { Int32 } from 'bson';
import { compileRegex } from '../../query/regex.ts';
import { bsonTypeOf } from '../../values/bson-type.ts';
import { regexParts, stringOf } from '../../values/compare.ts';
import { location } from '../../values/refusals.ts';
import { compileNamed, isNullish, type OperatorCompiler } from '../expression-scope.ts';

/** `$regexMatch`, `$regexFind`, `$regexFindAll` */
export const regexOperators: Readonly<Record<string, OperatorCompiler>> = {
  $regexMatch: matching(false, (regex, input) => regex?.test(input) === true),
  $regexFind: matching(null, (regex, input) => {
    const match = regex?.exec(input);
    return match ? described(match, input) : null;
  }),
  $regexFindAll: matching([], (regex, input) => {
    if (!regex) return [];
    const every = new RegExp(regex.source, `${regex.flags}g`);
    return Array.from(input.matchAll(every), (match) => described(match, input));
  }),
};

/** Positions count code points. */
function described(match: RegExpExecArray | RegExpMatchArray, input: string): unknown {
  const before = input.slice(0, match.index);
  return {
    match: match[0],
    idx: new Int32([...before].length),
    captures: match.slice(1).map((capture) => capture ?? null),
  };
}

function matching(whenNull: unknown, answer: (regex: RegExp | undefined, input: string) => unknown): OperatorCompiler {
  return (operand, scope, name) => {
    const args = compileNamed(name, operand, scope, {
      required: ['input', 'regex'],
      optional: ['options'],
      notObject: 51103,
      unknown: 31024,
      missing: 31022,
    });
    // Mostly the expression is constant: compile it once, again only when it changes.
    let last: { source: string; regex: RegExp } | undefined;
    return (doc, variables) => {
      const input = args['input']?.(doc, variables);
      const pattern = args['regex']?.(doc, variables);
      const options = args['options'] ? args['options'](doc, variables) : undefined;
      if (!isNullish(input) && typeof input !== 'string' && bsonTypeOf(input) !== 'symbol') {
        throw location(51104, `${name} needs 'input' to be of type string`);
      }
      if (isNullish(pattern)) return whenNull;
      const parts = patternParts(pattern, options, name);
      if (isNullish(input)) return whenNull;
      const source = `${parts.options}/${parts.pattern}`;
      if (last?.source !== source) last = { source, regex: compileRegex(parts.pattern, parts.options) };
      return answer(last.regex, stringOf(input));
    };
  };
}

function patternParts(pattern: unknown, options: unknown, name: string): { pattern: string; options: string } {
  if (!isNullish(options) && typeof options !== 'string')
    throw location(51106, `${name} needs 'options' to be of type string`);
  const given = (options ?? '') as string;
  if (bsonTypeOf(pattern) === 'regex') {
    const parts = regexParts(pattern);
    if (given !== '' && parts.options !== '')
      throw location(51107, `${name}: found regex option(s) specified in both 'regex' and 'option' fields`);
    return { pattern: parts.pattern, options: parts.options || given };
  }
  if (typeof pattern !== 'string') throw location(51105, `${name} needs 'regex' to be of type string or regex`);
  return { pattern, options: given };
}
