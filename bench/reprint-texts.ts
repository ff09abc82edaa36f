/** Reprints by the rules editors use, and texts of one template that look like reprints and are none. All words are invented or given. */

import { seeded } from '../src/util/seeded-random.ts'
import { shuffled } from './story-stream.ts'

export interface Told {
  readonly title: string
  readonly summary: string
}

export interface Copied<T extends Told> {
  readonly original: T
  readonly copy: Told
}

const CUT = 14
const LOCAL = 'residents county council told courier local effects felt neighbourhood'

type Rule = (article: Told, words: readonly string[], otherTitle: string) => Told

/** What editors do to a wire copy. */
export const RULES: Readonly<Record<string, Rule>> = {
  'cut after the first sentences': ({ title }, words) => ({ title, summary: words.slice(0, CUT).join(' ') }),
  'a new headline': ({ summary }, _, title) => ({ title, summary }),
  'a byline before it': ({ title, summary }) => ({ title, summary: `jane reed staff writer ${summary}` }),
  'a local paragraph behind it': ({ title, summary }) => ({ title, summary: `${summary} ${LOCAL}` }),
  'a new headline, a place line, and cut': (_, words, title) => ({
    title,
    summary: `port ellin newswire ${words.slice(0, CUT + 2).join(' ')}`,
  }),
}

const LONG_ENOUGH = 18

/** @param most reprints to make, each rule in turn, of articles long enough to be cut */
export const reprintsOf = <T extends Told>(articles: readonly T[], most: number): Copied<T>[] => {
  const random = seeded(7)
  const rules = Object.values(RULES)
  const texts = articles.filter(({ summary }) => summary.split(' ').length >= LONG_ENOUGH)
  return shuffled(texts, 3)
    .slice(0, most)
    .flatMap((original, index) => {
      const otherTitle = texts[Math.floor(random() * texts.length)]?.title ?? ''
      const rule = rules[index % rules.length]
      return rule ? [{ original, copy: rule(original, original.summary.split(' '), otherTitle) }] : []
    })
}

const TEMPLATES: readonly ((n: number) => Told)[] = [
  n => ({
    title: `tour of varland results day ${n}`,
    summary: `all results of day ${n} stage ${n} tour of varland rider${n} wins ahead of rider${n + 1} in town${n}`,
  }),
  n => ({
    title: `magnitude ${n}.${n % 7} quake shakes place${n}`,
    summary: `earthquake magnitude ${n}.${n % 7} struck ${n * 3} kilometres north place${n} survey reported no damage known`,
  }),
  n => ({
    title: `team${n} beat side${n} ${n} 1 match report`,
    summary: `team${n} beat side${n} ${n} goals to 1 with goals of player${n} and player${n + 5} at stadium${n}`,
  }),
  n => ({
    title: `horoscope for sign${n}`,
    summary: `your stars today sign${n} should expect word${n} thing${n} and favour${n} before evening colour${n}`,
  }),
  n => ({
    title: 'morning briefing',
    summary: `need know this morning subject${n} minister${n} vote${n} storm${n} market${n} cup${n} film${n}`,
  }),
]

/** Days of a race, quakes, matches, horoscopes, briefings: as many of each, each telling something of its own. */
export const templated = (each: number): Told[] =>
  TEMPLATES.flatMap(template => Array.from({ length: each }, (_, n) => template(n + 2)))
