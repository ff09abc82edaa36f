/**
 * Measures how much two articles are about the same: by the names and rare words that both have, where words of titles
 * count more than those of summaries. (pure)
 */

import { readTitle, withoutCredit } from '../../articles/rules/titles/marks.ts'
import type { Article } from '../../domain/article.ts'
import { primaryLanguage } from '../../domain/language.ts'
import { findNames } from '../../languages/names.ts'
import { tellingWords } from '../../languages/segment.ts'

/** What is compared of an article: its words and names. */
export interface Profile {
  /** Primary subtag, or empty. */
  readonly language: string
  /** Distinct words of its title, then those that only its summary has, as `tellingWords` with stems gives them. */
  readonly words: readonly string[]
  /** The place of each word among them, from 0. */
  readonly places: ReadonlyMap<string, number>
  /** How many of them its title has. */
  readonly titled: number
  /** As `findNames` gives them. */
  readonly names: ReadonlyMap<string, string>
}

export interface Likeness {
  /** nats: how improbable it is that unrelated articles share these words. */
  readonly evidence: number
  /** The shared words that count, names first, those that say most before others. */
  readonly names: readonly string[]
  readonly words: readonly string[]
}

/** Characters of a summary that are read: what follows is background. */
const SUMMARY_CHARACTERS = 400
/**
 * nats: words up to the rarity of COMMON (one article in 20 has them) count nothing, and all from that of RAREST (one
 * article in 3,000) count alike.
 */
const COMMON = 3
const RAREST = 8
/** Factor of a shared word that neither title has, that one title has, and that both have. */
const PLACES = [0.4, 0.7, 1] as const
/** Factor of a shared word that looks like a name in either text, and of any other word. */
const NAME = 1
const ORDINARY = 0.6
/** Factor of a name that is followed by different names in the two texts: `Port Ellin`, `Port Arlen`. */
const OTHER_NAME = 0.2
/** Factor of the second half of a shared name: `Dow Jones` is one name, not two. */
const SECOND_HALF = 0.3

/** A credit at the end of a headline to anyone but the known agencies, which `readTitle` removes: `(Courier)`. */
const CREDIT = /\s\([^()]{2,30}\)\s*$/u
/**
 * Who wrote it and where, at the beginning of a summary: `PORT ELLIN, Iraq (AP) -- `, `By Ada Reed, Courier Reporter -- `.
 * A full stop in it is that of an abbreviation.
 */
const DATELINE = /^(?:\p{Lu}{2,}|(?:By|Von|Par|Por)\s\p{Lu})(?:[^.!?]|\.(?=[\p{L},]|\s?[-–—(])){0,80}?\s(?:--?|[–—])\s/u
/**
 * Offices and bodies: written with capitals, and shared by articles about different people. In languages that write
 * them in lower case they are no names anyway.
 */
const OFFICES: ReadonlySet<string> = new Set(
  [
    ...['pm', 'prime', 'minister', 'ministry', 'cabinet', 'parliament', 'senate', 'congress', 'president', 'vice'],
    ...['governor', 'senator', 'mayor', 'chancellor', 'secretary', 'king', 'queen', 'prince', 'princess', 'pope'],
    ...['chief', 'chairman', 'ceo', 'judge', 'justice', 'court', 'police', 'mp', 'mps', 'gov', 'sen'],
  ].flatMap(word => tellingWords(word, 'en', true)),
)

/** Finds what is compared of an article, without the marks, credits and dateline around its text. */
export const describe = (article: Pick<Article, 'title' | 'summary' | 'language'>): Profile => {
  const language = primaryLanguage(article.language) ?? ''
  const title = readTitle(article.title, article.language).headline.replace(CREDIT, '')
  const summary = withoutCredit(article.summary.slice(0, SUMMARY_CHARACTERS).replace(DATELINE, ''))
  const inTitle = new Set(tellingWords(title, language, true))
  const words = [...new Set([...inTitle, ...tellingWords(summary, language, true)])]
  return {
    ...{ language, words, titled: inTitle.size },
    places: new Map(words.map((word, place) => [word, place])),
    names: new Map(
      [...findNames(summary, language), ...findNames(title, language)].filter(([name]) => !OFFICES.has(name)),
    ),
  }
}

/**
 * Factor of a shared word by what it is in the two texts.
 * @param name    the name that follows it in one text, or an empty string; undefined if it does not look like a name
 * @param other   the same for the other text
 * @param isKnown whether it looks like a name in other articles about the same
 */
const kindOf = (name: string | undefined, other: string | undefined, isKnown: boolean): number => {
  if (name === undefined && other === undefined) return isKnown ? NAME : ORDINARY
  return name && other && name !== other ? OTHER_NAME : NAME
}

/** Words that are the second half of a name which both texts have: `Jones` behind `Dow`. */
const findSecondHalves = (one: Profile, other: Profile): ReadonlySet<string> => {
  const halves = new Set<string>()
  for (const [name, follower] of one.names)
    if (follower !== '' && other.names.get(name) === follower) halves.add(follower)
  return halves
}

const NO_NAMES: ReadonlySet<string> = new Set()
const NOTHING_ALIKE: Likeness = { evidence: 0, names: [], words: [] }

/** Minimum number of articles in which a word looks like a name, to count as one where texts capitalise every word. */
const SHOWN_BY = 2

/** Words that look like names in several of these articles. */
export const findKnownNames = (profiles: readonly Profile[]): ReadonlySet<string> => {
  const counts = new Map<string, number>()
  for (const { names } of profiles) for (const name of names.keys()) counts.set(name, (counts.get(name) ?? 0) + 1)
  return new Set([...counts].flatMap(([name, count]) => (count >= SHOWN_BY ? name : [])))
}

/**
 * Adds up, over the words that both have:
 *   (min(rarity, 8) - 3) * place * kind
 * where place is 1 if both titles have the word, 0.7 if one has, 0.4 if none; kind is 1 for a word that looks like a
 * name in either, 0.6 for any other word, 0.2 for a name that is followed by different names in the two, and 0.3 for
 * the second half of a name that both have. Words of a rarity under 3 nats do not count.
 * @param rarity nats, of each word of `one`, in their order
 * @param known  words that look like names in other articles about the same, where these two capitalise everything
 */
export const compare = (
  one: Profile,
  other: Profile,
  rarity: readonly number[],
  known: ReadonlySet<string> = NO_NAMES,
): Likeness => {
  const found: { word: string; isName: boolean; says: number }[] = []
  if (one.language !== other.language) return NOTHING_ALIKE
  const halves = findSecondHalves(one, other)
  for (const [index, word] of one.words.entries()) {
    const place = other.places.get(word)
    const rare = Math.min(RAREST, rarity[index] ?? 0) - COMMON
    if (place === undefined || rare <= 0) continue
    const titles = Number(index < one.titled) + Number(place < other.titled)
    const kind = halves.has(word) ? SECOND_HALF : kindOf(one.names.get(word), other.names.get(word), known.has(word))
    found.push({ word, isName: kind === NAME, says: rare * (PLACES[titles] ?? 1) * kind })
  }
  found.sort((a, b) => b.says - a.says)
  return {
    evidence: found.reduce((sum, { says }) => sum + says, 0),
    names: found.flatMap(({ word, isName }) => (isName ? word : [])),
    words: found.flatMap(({ word, isName }) => (isName ? [] : word)),
  }
}

/** Two headlines are the same if they share this fraction of the words of the shorter one, and at least three words. */
const SAME_HEADLINE = 0.5
const LEAST_IN_COMMON = 3

/** Whether two titles tell the same, nearly in the same words. */
export const isSameHeadline = (one: Profile, other: Profile): boolean => {
  let common = 0
  for (let index = 0; index < one.titled; index += 1) {
    const place = other.places.get(one.words[index] as string) // below its length
    if (place !== undefined && place < other.titled) common += 1
  }
  return common >= LEAST_IN_COMMON && common >= SAME_HEADLINE * Math.min(one.titled, other.titled)
}
