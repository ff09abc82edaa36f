/**
 * Cuts the endings of words, so that forms of a word match: Snowball's rules, and for Korean its particles. (pure)
 */

import { stemmer as snowballArabic } from '@orama/stemmers/arabic'
import { stemmer as danish } from '@orama/stemmers/danish'
import { stemmer as dutch } from '@orama/stemmers/dutch'
import { stemmer as finnish } from '@orama/stemmers/finnish'
import { stemmer as french } from '@orama/stemmers/french'
import { stemmer as german } from '@orama/stemmers/german'
import { stemmer as hungarian } from '@orama/stemmers/hungarian'
import { stemmer as italian } from '@orama/stemmers/italian'
import { stemmer as norwegian } from '@orama/stemmers/norwegian'
import { stemmer as portuguese } from '@orama/stemmers/portuguese'
import { stemmer as romanian } from '@orama/stemmers/romanian'
import { stemmer as russian } from '@orama/stemmers/russian'
import { stemmer as spanish } from '@orama/stemmers/spanish'
import { stemmer as swedish } from '@orama/stemmers/swedish'
import { stemmer as turkish } from '@orama/stemmers/turkish'

export type Stemmer = (word: string) => string

/** Particles at the end of Korean nouns, longest first. */
const PARTICLES =
  /(?:에서는|에게서|으로는|으로서|으로써|이라고|에서|에게|까지|부터|으로|라고|이나|마다|처럼|보다|은|는|이|가|을|를|의|에|로|와|과|도|만)$/u

/** At least two syllables stay: in shorter words, the last one is seldom a particle. */
const korean: Stemmer = word => {
  const stem = word.replace(PARTICLES, '')
  return stem.length >= 2 ? stem : word
}

/** The article, with a conjunction or preposition before it: Snowball leaves it where two are joined. */
const arabic: Stemmer = word => snowballArabic(word.replace(/^(?:[وفبك]?ال|لل)(?=...)/u, ''))

/** Plurals alone: Snowball's rules for English bring unlike words together (`general`, `generation`). */
const english: Stemmer = word =>
  word.length > 4 && word.endsWith('ies') && word.length > 5
    ? `${word.slice(0, -3)}y`
    : word.length > 4 && word.endsWith('s') && !word.endsWith('ss') && !word.endsWith('us') && !word.endsWith('is')
      ? word.slice(0, -1)
      : word

const STEMMERS: Readonly<Record<string, Stemmer>> = {
  ...{ ar: arabic, da: danish, de: german, en: english, es: spanish, fi: finnish, fr: french, hu: hungarian },
  ...{ it: italian, ko: korean, nb: norwegian, nl: dutch, nn: norwegian, no: norwegian, pt: portuguese, ro: romanian },
  ...{ ru: russian, sv: swedish, tr: turkish },
}

/**
 * @param language primary subtag
 * @returns a function from a word to its stem, both lower case with accents: Snowball's rules look for them, so words
 *   are folded afterwards. Null for a language without rules.
 */
export const stemmerFor = (language: string): Stemmer | null => STEMMERS[language] ?? null
