import { Int32 } from 'bson';
import { toDouble } from './numeric.ts';
import { badValue, refusal } from './refusals.ts';

/** A collation as commands carry it (https://www.mongodb.com/docs/manual/reference/collation/), checked. */
export interface Collation {
  readonly locale: string;
  readonly strength: number;
  readonly caseLevel: boolean;
  readonly upperFirst: boolean;
  readonly numericOrdering: boolean;
}

/** Checks a collation document; `undefined` for none and for locale "simple". Throws BadValue. */
export function parseCollation(spec: unknown): Collation | undefined {
  if (spec === undefined || spec === null) return undefined;
  const given = spec as Record<string, unknown>;
  const unknown = Object.keys(given).find((name) => !FIELDS.has(name));
  if (unknown) throw refusal(40415, `BSON field 'collation.${unknown}' is an unknown field.`);
  const locale = given['locale'];
  if (typeof locale !== 'string') throw badValue('Collation needs a string field "locale"');
  if (locale === 'simple') return undefined;
  if (!isLocale(locale)) throw badValue(`Field 'locale' is invalid in: { locale: "${locale}" }`);
  const strength = given['strength'] === undefined ? 3 : toDouble(given['strength']);
  if (![1, 2, 3, 4, 5].includes(strength)) throw badValue('Invalid collation strength: 1 to 5 are possible');
  if (given['alternate'] === 'shifted') throw badValue('Collation "alternate: shifted" is not supported');
  if (given['backwards'] === true) throw badValue('Collation "backwards: true" is not supported');
  return {
    locale,
    strength,
    caseLevel: given['caseLevel'] === true,
    upperFirst: given['caseFirst'] === 'upper',
    numericOrdering: given['numericOrdering'] === true,
  };
}

const FIELDS: ReadonlySet<string> = new Set([
  ...['locale', 'caseLevel', 'caseFirst', 'strength', 'numericOrdering', 'alternate', 'maxVariable', 'normalization'],
  ...['backwards', 'version'],
]);

/**
 * A collation as listIndexes and listCollections show it, with the defaults of what it does not name:
 * https://www.mongodb.com/docs/manual/reference/collation/ . Undefined for none and for "simple", which is not listed.
 */
export function collationInFull(spec: unknown): Record<string, unknown> | undefined {
  if (!parseCollation(spec)) return undefined;
  const given = spec as Record<string, unknown>;
  return {
    locale: given['locale'],
    caseLevel: false,
    caseFirst: 'off',
    strength: new Int32(3),
    numericOrdering: false,
    alternate: 'non-ignorable',
    maxVariable: 'punct',
    normalization: false,
    backwards: false,
    version: '57.1',
    ...given,
    ...(given['strength'] === undefined ? {} : { strength: new Int32(toDouble(given['strength'])) }),
  };
}

function isLocale(locale: string): boolean {
  try {
    return Intl.Collator.supportedLocalesOf((locale.split('@')[0] as string).replaceAll('_', '-')).length > 0;
  } catch {
    return false;
  }
}

// The root collation's order of ASCII punctuation; digits and letters come after.
const punctuation = ' _-,;:!?.\'"()[]{}@*/\\&#%`^+<=>|~$';
const marks = /\p{M}/gu;

/** A string whose code points order as the collation orders the originals, equal exactly when they are equal under it. */
export function collationKey(text: string, collation: Collation): string {
  const folded = text.normalize('NFD');
  const primary = primaryKey(folded.replace(marks, '').toLowerCase(), collation.numericOrdering);
  if (collation.strength === 1) return collation.caseLevel ? `${primary}\u0001${caseKey(folded, collation)}` : primary;
  const secondary = `${primary}\u0001${(folded.toLowerCase().match(/\P{M}\p{M}*|\p{M}+/gu) ?? []).map((cluster) => cluster.replace(/\P{M}/gu, '') || '\u0002').join('')}`;
  if (collation.strength === 2 && !collation.caseLevel) return secondary;
  const tertiary = `${secondary}\u0001${caseKey(folded, collation)}`;
  return collation.strength > 3 ? `${tertiary}\u0001${text}` : tertiary;
}

function primaryKey(text: string, numericOrdering: boolean): string {
  const numbered = numericOrdering ? text.replace(/\d+/g, digitRun) : text;
  let key = '';
  for (const character of numbered) {
    const rank = punctuation.indexOf(character);
    key += rank >= 0 ? String.fromCharCode(3 + rank) : character;
  }
  return key;
}

/** Digits behind their count, so that longer numbers come later; the count's marker keeps the place of a digit. */
function digitRun(digits: string): string {
  const significant = digits.replace(/^0+(?=\d)/, '');
  return `0${String.fromCharCode(0x30 + Math.min(significant.length, 1000))}${significant}`;
}

function caseKey(text: string, collation: Collation): string {
  let key = '';
  for (const character of text.replace(marks, '')) {
    const isUpper = character !== character.toLowerCase();
    key += isUpper === collation.upperFirst ? '2' : '3';
  }
  return key;
}
