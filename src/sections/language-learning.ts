/**
 * Stores, for each language that the model does not know, the newest articles that publishers filed themselves, and
 * learns a classifier from them: one per language, so that no language is mistaken for another.
 */

import type { Redis } from 'ioredis'
import type { Article } from '../domain/article.ts'
import { primaryLanguage } from '../domain/language.ts'
import type { SectionId, Taxonomy } from '../domain/section.ts'
import type { Keys } from '../redis/keys.ts'
import { toPairs } from '../util/pairs.ts'
import { inTurns } from '../util/slices.ts'
import type { Example } from './examples.ts'
import { classifyInLanguage, formatText, type LanguageModel, learnLanguage, MIN_EXAMPLES } from './language-model.ts'
import { type Classify, findCertainSection } from './sections.ts'

/** Maximum number of examples of a language, and of languages: 0.3 MB of Redis and 1.5 MB of a process each. */
const MAX_EXAMPLES = 900
const MAX_LANGUAGES = 16
const EXPIRES = 90 * 86_400
/** A language is learnt again once this share of its examples is new, ... */
const GROWTH = 0.25
/** ... or after this time, if any is new. */
const RELEARN_AFTER = 12 * 3_600_000

export interface LanguageLearning {
  /** Classifies by what was learnt of the language of the text; nothing if it was not learnt. */
  readonly classify: Classify
  /** Adds ingested articles as examples; the same article twice counts once. */
  learn(articles: readonly Article[]): Promise<void>
  /** Reads the examples that all processes stored, and learns the languages that have enough new ones. */
  refresh(): Promise<void>
}

export interface LanguageLearningParts {
  readonly redis: Redis
  readonly keys: Keys
  /** Primary subtags of the languages that the model knows: these are not learnt here. */
  readonly known: readonly string[]
  readonly taxonomy: () => Taxonomy
  readonly now: () => number
}

interface State {
  readonly model: LanguageModel | undefined
  /** Number of examples and the time of the newest, when it was learnt. */
  readonly examples: number
  readonly newest: number
  readonly learnedAt: number
}

const formatMember = (section: SectionId, { id, sources, title, summary }: Article): string =>
  `${section} ${sources[0] ?? ''} ${id} ${formatText(title, summary)}`

const parseMember = (member: string, at: number): Example => {
  const [section = '', source = '', , ...words] = member.split(' ')
  return { section, source, text: words.join(' '), at }
}

export const createLanguageLearning = ({
  redis,
  keys,
  known,
  taxonomy,
  now,
}: LanguageLearningParts): LanguageLearning => {
  const states = new Map<string, State>()
  /** Examples that this process added since it learnt a language. */
  const added = new Map<string, number>()

  const relearn = async (language: string): Promise<void> => {
    added.set(language, 0)
    const members = await redis.zrange(keys.learnedLanguage(language), '0', '-1', 'WITHSCORES')
    const sections = new Set(taxonomy().map(({ id }) => id))
    const examples = toPairs(members).map(([member, at]) => parseMember(member, Number(at)))
    const usable = examples.filter(({ section }) => sections.has(section))
    const model = await inTurns(learnLanguage(usable))
    states.set(language, { model, examples: examples.length, newest: examples.at(-1)?.at ?? 0, learnedAt: now() })
  }

  /** Whether so many examples more, or so many in place of old ones, are worth learning again. */
  const isWorthIt = (language: string, more: number): boolean => {
    const before = states.get(language)?.examples ?? 0
    return before + more >= MIN_EXAMPLES && more >= GROWTH * Math.max(before, 1)
  }

  const refresh = async (): Promise<void> => {
    for (const language of await redis.smembers(keys.learnedLanguages())) {
      const key = keys.learnedLanguage(language)
      const [examples, [, newest = '0']] = await Promise.all([
        redis.zcard(key),
        redis.zrange(key, '-1', '-1', 'WITHSCORES'),
      ])
      const state = states.get(language)
      // Its examples expired: it is taken off the list, so that another can be learnt.
      if (examples === 0) {
        states.delete(language)
        await redis.srem(keys.learnedLanguages(), language)
      } else if (isWorthIt(language, examples - (state?.examples ?? 0))) await relearn(language)
      else if (state && Number(newest) > state.newest && now() - state.learnedAt >= RELEARN_AFTER)
        await relearn(language)
    }
  }

  /** @returns whether the language has a place among those that are learnt */
  const admit = async (language: string): Promise<boolean> => {
    if (states.has(language)) return true
    const languages = await redis.smembers(keys.learnedLanguages())
    if (languages.includes(language)) return true
    if (languages.length >= MAX_LANGUAGES) return false
    await redis.sadd(keys.learnedLanguages(), language)
    return true
  }

  const learn = async (articles: readonly Article[]): Promise<void> => {
    const members = new Map<string, (string | number)[]>()
    for (const article of articles) {
      const language = primaryLanguage(article.language)
      if (language === null || known.includes(language)) continue
      const section = findCertainSection(article.evidence, taxonomy())
      if (section === undefined) continue
      const own = members.get(language) ?? []
      own.push(article.firstSeenAt, formatMember(section, article))
      members.set(language, own)
    }
    for (const [language, own] of members) {
      if (!(await admit(language))) continue
      const key = keys.learnedLanguage(language)
      const [more] = await Promise.all([
        redis.zadd(key, ...own),
        redis.zremrangebyrank(key, 0, -MAX_EXAMPLES - 1),
        redis.expire(key, EXPIRES),
      ])
      const grown = (added.get(language) ?? 0) + Number(more)
      added.set(language, grown)
      if (isWorthIt(language, grown)) await relearn(language)
    }
  }

  const classify: Classify = ({ title, summary, language }) => {
    const model = states.get(primaryLanguage(language) ?? '')?.model
    return model ? classifyInLanguage(model, { title, summary }) : []
  }

  return { classify, learn, refresh }
}
