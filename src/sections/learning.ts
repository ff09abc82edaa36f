/**
 * Stores, for each section, the newest articles that publishers filed in it themselves, and trains the text classifier
 * on them. Only texts in a language of the model are used. Examples are stored rather than counts, so that an article
 * that is ingested twice counts once, every process learns the same, and old examples drop out.
 */

import type { Redis } from 'ioredis'
import type { Article } from '../domain/article.ts'
import type { SectionId, Taxonomy } from '../domain/section.ts'
import type { Source } from '../domain/source.ts'
import type { Keys } from '../redis/keys.ts'
import { dropOldest } from '../util/lru.ts'
import { toPairs } from '../util/pairs.ts'
import { inTurns } from '../util/slices.ts'
import type { SectionModel } from './classifier/model-file.ts'
import { classifyBy, findTextLanguage } from './classify.ts'
import type { Example } from './examples.ts'
import { createLanguageLearning } from './language-learning.ts'
import { formatText } from './language-model.ts'
import type { Learned } from './last-layer.ts'
import { learnStepwise } from './learn.ts'
import { type Classify, findCertainSection } from './sections.ts'
import { createSourceCounts } from './source-counts.ts'
import type { SourceUse } from './source-use.ts'

/** Maximum number of examples of a section, and of one source among them. */
const MAX_EXAMPLES = 240
const MAX_EXAMPLES_PER_SOURCE = 80
const REFRESH = 5 * 60_000
const EXPIRES = 90 * 86_400
/** From this probability on, a text tells in which sections a source's articles are. */
const SURE = 0.8
/** What the text says is kept of this many of the latest articles that were filed, until they are learnt from. */
const GUESSES_KEPT = 500
/** Without new examples only their weights change, by age, so that learning again twice a day is enough. */
const RELEARN_AFTER = 12 * 3_600_000

export interface Learning {
  readonly classify: Classify
  /** In which sections a source's articles are; undefined until enough of them are known. */
  describeSource(source: Pick<Source, 'id' | 'section'>): SourceUse | undefined
  /** Adds ingested articles as examples; the same article twice counts once. */
  learn(articles: readonly Article[]): Promise<void>
  /** Reads the examples that all processes stored, and learns from them if they changed. */
  refresh(): Promise<void>
}

export interface LearningParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly model: SectionModel
  /** Training texts of the sections the model knows. */
  readonly replay: readonly Pick<Example, 'section' | 'text'>[]
  readonly taxonomy: () => Taxonomy
  readonly now: () => number
}

interface StoredExample extends Example {
  readonly member: string
}

/** Formats a member as `source article text`, separated by spaces, which ids do not contain. */
const formatMember = ({ id, sources, title, summary }: Article): string =>
  `${sources[0] ?? ''} ${id} ${formatText(title, summary)}`

const parseMember = (section: string, member: string, at: number): StoredExample => {
  const [source = '', , ...words] = member.split(' ')
  return { section, source, text: words.join(' '), at, member }
}

const sameMembers = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every(member => b.has(member))

type Guesses = ReturnType<Classify>

/** Classifies, and keeps the result until the article is learnt from, so that it need not be classified again. */
const keepGuesses = (classify: Classify) => {
  const kept = new Map<string, Guesses>()
  // As src/articles/normalise.ts has it, an article's summary does not repeat its title.
  const keyOf = ({ title, summary, language }: Parameters<Classify>[0]): string =>
    `${language ?? ''}\n${title}\n${summary === title ? '' : summary}`
  return {
    classify(text: Parameters<Classify>[0]): Guesses {
      const guesses = classify(text)
      kept.set(keyOf(text), guesses)
      dropOldest(kept, GUESSES_KEPT)
      return guesses
    },
    /** @returns what was said when it was filed; classifies only what is no longer known, or never was */
    take(text: Parameters<Classify>[0]): Guesses {
      const key = keyOf(text)
      const guesses = kept.get(key) ?? classify(text)
      kept.delete(key)
      return guesses
    },
  }
}

export const createLearning = ({ redis, keys, model, replay, taxonomy, now }: LearningParts): Learning => {
  const languages = createLanguageLearning({ redis, keys, known: model.languages, taxonomy, now })
  const uses = createSourceCounts({ redis, keys })
  let learned: Learned | undefined
  let examples: StoredExample[] = []
  let members = new Set<string>()
  let refreshedAt = Number.NEGATIVE_INFINITY
  let learnedAt = Number.NEGATIVE_INFINITY
  let learnedFrom: ReadonlySet<string> = new Set()

  const refresh = async (): Promise<void> => {
    refreshedAt = now()
    const sections = taxonomy().map(({ id }) => id)
    const lists = await Promise.all(
      sections.map(section => redis.zrange(keys.learned(section), '0', '-1', 'WITHSCORES')),
    )
    examples = lists.flatMap((list, index) =>
      toPairs(list).map(([member, at]) => parseMember(sections[index] ?? '', member, Number(at))),
    )
    members = new Set(examples.map(({ section, member }) => `${section} ${member}`))
    if (now() - learnedAt < RELEARN_AFTER && sameMembers(members, learnedFrom)) return
    learnedAt = now()
    learnedFrom = new Set(members)
    learned = await inTurns(learnStepwise(model, [...examples], replay, now()))
  }

  const { classify, take } = keepGuesses(classifyBy(model, () => learned, languages.classify))

  /** The section of an article as its publisher or, if it is sure, its text says. */
  const findKnownSection = (article: Article): SectionId | undefined => {
    const certain = findCertainSection(article.evidence, taxonomy())
    if (certain !== undefined) return certain
    const [guess] = take({ ...article, language: article.language || null })
    return guess !== undefined && guess.confidence >= SURE ? guess.section : undefined
  }

  /** Drops the oldest example of a source that already has its maximum in a section, and returns its member. */
  const dropOldest = (section: string, source: string): string | undefined => {
    const own = examples.filter(example => example.section === section && example.source === source)
    if (own.length < MAX_EXAMPLES_PER_SOURCE) return undefined
    const [oldest] = own
    examples = examples.filter(example => example !== oldest)
    return oldest?.member
  }

  const learnExamples = async (articles: readonly Article[]): Promise<void> => {
    const done: Promise<unknown>[] = []
    for (const article of articles) {
      const section = findCertainSection(article.evidence, taxonomy())
      if (!section) continue
      // Texts that the classifier does not classify are not used for training either.
      if (findTextLanguage(model, { ...article, language: article.language || null }) === null) continue
      const key = keys.learned(section)
      const example = parseMember(section, formatMember(article), article.firstSeenAt)
      if (members.has(`${section} ${example.member}`)) continue
      const dropped = dropOldest(section, example.source)
      // On a cluster the sections' keys are on different nodes; the commands for one key are pipelined in order.
      if (dropped !== undefined) done.push(redis.zrem(key, dropped))
      done.push(
        redis.zadd(key, example.at, example.member),
        redis.zremrangebyrank(key, 0, -MAX_EXAMPLES - 1),
        redis.expire(key, EXPIRES),
      )
      examples.push(example)
      members.add(`${section} ${example.member}`)
    }
    await Promise.all(done)
  }

  return {
    classify,
    describeSource: ({ id, section }) => uses.describe(id, section, taxonomy()),
    async learn(articles) {
      if (now() - refreshedAt >= REFRESH) await Promise.all([refresh(), languages.refresh()])
      await Promise.all([
        learnExamples(articles),
        languages.learn(articles),
        uses.count(
          articles.flatMap(article => {
            const [section, source] = [findKnownSection(article), article.sources[0]]
            return section === undefined || source === undefined ? [] : [{ source, section }]
          }),
        ),
      ])
    },
    async refresh() {
      await Promise.all([refresh(), languages.refresh()])
    },
  }
}
