/** The Snowball English ("Porter 2") stemmer, which MongoDB's text search uses: http://snowball.tartarus.org/algorithms/english/stemmer.html */

const VOWEL = /[aeiouy]/;
const DOUBLE = /(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/;
const SHORT_END = /(?:^[aeiouy][^aeiouy]|[^aeiouy][aeiouy][^aeiouywxY])$/;

const WHOLE_WORDS: Readonly<Record<string, string>> = {
  skis: 'ski',
  skies: 'sky',
  dying: 'die',
  lying: 'lie',
  tying: 'tie',
  idly: 'idl',
  gently: 'gentl',
  ugly: 'ugli',
  early: 'earli',
  only: 'onli',
  singly: 'singl',
};
const INVARIANT = new Set(['sky', 'news', 'howe', 'atlas', 'cosmos', 'bias', 'andes']);
const INVARIANT_AFTER_PLURAL = new Set([
  ...['inning', 'outing', 'canning', 'herring', 'earring', 'proceed', 'exceed', 'succeed'],
]);

const STEP_2: readonly (readonly [string, string])[] = [
  ...([
    ['ational', 'ate'],
    ['fulness', 'ful'],
    ['iveness', 'ive'],
    ['ization', 'ize'],
    ['ousness', 'ous'],
  ] as const),
  ...([
    ['biliti', 'ble'],
    ['lessli', 'less'],
    ['tional', 'tion'],
    ['alism', 'al'],
    ['aliti', 'al'],
  ] as const),
  ...([
    ['ation', 'ate'],
    ['entli', 'ent'],
    ['fulli', 'ful'],
    ['iviti', 'ive'],
    ['ousli', 'ous'],
  ] as const),
  ...([
    ['abli', 'able'],
    ['alli', 'al'],
    ['anci', 'ance'],
    ['ator', 'ate'],
    ['enci', 'ence'],
  ] as const),
  ...([
    ['izer', 'ize'],
    ['bli', 'ble'],
    ['ogi', 'og'],
    ['li', ''],
  ] as const),
];
const STEP_3: readonly (readonly [string, string])[] = [
  ...([
    ['ational', 'ate'],
    ['tional', 'tion'],
    ['alize', 'al'],
    ['ative', ''],
    ['icate', 'ic'],
  ] as const),
  ...([
    ['iciti', 'ic'],
    ['ical', 'ic'],
    ['ness', ''],
    ['ful', ''],
  ] as const),
];
const STEP_4 = [
  ...['ement', 'able', 'ance', 'ence', 'ible', 'ment', 'ant', 'ate', 'ent', 'ion', 'ism', 'iti', 'ive', 'ize', 'ous'],
  ...['al', 'er', 'ic'],
];

/** The stem of a word in lower case. */
export function englishStem(given: string): string {
  if (given.length <= 2) return given;
  let word = given.replace(/^'/, '');
  if (Object.hasOwn(WHOLE_WORDS, word)) return WHOLE_WORDS[word] as string;
  if (INVARIANT.has(word)) return word;
  word = word.replace(/^y/, 'Y').replace(/([aeiouy])y/g, '$1Y');
  const r1 = regionOne(word);
  const r2 = regionAfter(word, r1);
  word = word.replace(/'s'$|'s$|'$/, '');
  word = withoutPlural(word);
  if (INVARIANT_AFTER_PLURAL.has(word)) return word;
  word = withoutPast(word, r1);
  if (/[yY]$/.test(word) && word.length > 2 && !VOWEL.test(word.at(-2) as string)) word = `${word.slice(0, -1)}i`;
  word = replaceSuffix(word, STEP_2, (suffix, start) => start >= r1 && isStep2(word, suffix, start));
  word = replaceSuffix(word, STEP_3, (suffix, start) => start >= r1 && (suffix !== 'ative' || start >= r2));
  word = withoutDerivation(word, r2);
  return withoutFinal(word, r1, r2).replaceAll('Y', 'y');
}

function regionOne(word: string): number {
  const known = /^(?:gener|commun|arsen)/.exec(word);
  return known ? known[0].length : regionAfter(word, 0);
}

/** Behind the first consonant that follows a vowel. */
function regionAfter(word: string, from: number): number {
  const match = /[aeiouy][^aeiouy]/.exec(word.slice(from));
  return match ? from + match.index + 2 : word.length;
}

function withoutPlural(word: string): string {
  if (word.endsWith('sses')) return word.slice(0, -2);
  if (/ie[ds]$/.test(word)) return word.slice(0, word.length > 4 ? -2 : -1);
  if (/(?:us|ss)$/.test(word) || !word.endsWith('s')) return word;
  return VOWEL.test(word.slice(0, -2)) ? word.slice(0, -1) : word;
}

function withoutPast(word: string, r1: number): string {
  const eed = /eed(?:ly)?$/.exec(word);
  if (eed) return eed.index >= r1 ? `${word.slice(0, eed.index)}ee` : word;
  const past = /(?:ingly|edly|ing|ed)$/.exec(word);
  if (!past || !VOWEL.test(word.slice(0, past.index))) return word;
  const stem = word.slice(0, past.index);
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (DOUBLE.test(stem)) return stem.slice(0, -1);
  return r1 >= stem.length && SHORT_END.test(stem) ? `${stem}e` : stem;
}

function isStep2(word: string, suffix: string, start: number): boolean {
  if (suffix === 'ogi') return word[start - 1] === 'l';
  return suffix !== 'li' || /[cdeghkmnrt]/.test(word[start - 1] ?? '');
}

/** The longest suffix decides, even when its condition then does not hold. */
function replaceSuffix(
  word: string,
  table: readonly (readonly [string, string])[],
  applies: (suffix: string, start: number) => boolean,
): string {
  const found = table.find(([suffix]) => word.endsWith(suffix));
  if (!found) return word;
  const start = word.length - found[0].length;
  return applies(found[0], start) ? word.slice(0, start) + found[1] : word;
}

function withoutDerivation(word: string, r2: number): string {
  const suffix = STEP_4.find((candidate) => word.endsWith(candidate));
  if (!suffix) return word;
  const start = word.length - suffix.length;
  if (start < r2 || (suffix === 'ion' && !/[st]/.test(word[start - 1] ?? ''))) return word;
  return word.slice(0, start);
}

function withoutFinal(word: string, r1: number, r2: number): string {
  const start = word.length - 1;
  if (word.endsWith('e')) {
    const isRemoved = start >= r2 || (start >= r1 && !SHORT_END.test(word.slice(0, -1)));
    return isRemoved ? word.slice(0, -1) : word;
  }
  return word.endsWith('ll') && start >= r2 ? word.slice(0, -1) : word;
}
