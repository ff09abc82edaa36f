/**
 * Stores, for each section, the newest articles that publishers filed in it themselves, and trains the text classifier
 * on them. Only texts in a language of the model are used. Examples are stored rather than counts, so that an article
 * that is ingested twice counts once, every process learns the same, and old examples drop out.
 */

import type { Redis } from 'ioredis'
import type { Article } from '../domain/article.ts'
import type { Taxonomy } from '../domain/section.ts'
import type { Keys } from '../redis/keys.ts'
import { yieldToEventLoop } from '../util/slices.ts'
import type { SectionModel } from './classifier/model-file.ts'
import { classifyBy, type Example, knowsLanguage, type Learned, learnStepwise } from './learned.ts'
import { type Classify, findCertainSection } from './sections.ts'

/** Maximum number of examples of a section, and of one source among them. */
const MAX_EXAMPLES = 240
const MAX_EXAMPLES_PER_SOURCE = 80
const MAX_TEXT_LENGTH = 300
const REFRESH = 5 * 60_000
const EXPIRES = 90 * 86_400
/** Without new examples only their weights change, by age, so that learning again twice a day is enough. */
const RELEARN_AFTER = 12 * 3_600_000

export interface Learning {
  readonly classify: Classify
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
  `${sources[0] ?? ''} ${id} ${`${title} . ${summary}`.slice(0, MAX_TEXT_LENGTH)}`

const parseMember = (section: string, member: string, at: number): StoredExample => {
  const [source = '', , ...words] = member.split(' ')
  return { section, source, text: words.join(' '), at, member }
}

const sameMembers = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every(member => b.has(member))

/** Yields between steps, since learning takes long and must not block the process. */
const inTurns = async <T>(turns: Generator<void, T>): Promise<T> => {
  for (;;) {
    const { done, value } = turns.next()
    if (done) return value
    await yieldToEventLoop()
  }
}

export const createLearning = ({ redis, keys, model, replay, taxonomy, now }: LearningParts): Learning => {
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
      Array.from({ length: list.length / 2 }, (_, n) =>
        parseMember(sections[index] ?? '', list[2 * n] ?? '', Number(list[2 * n + 1])),
      ),
    )
    members = new Set(examples.map(({ section, member }) => `${section} ${member}`))
    if (now() - learnedAt < RELEARN_AFTER && sameMembers(members, learnedFrom)) return
    learnedAt = now()
    learnedFrom = new Set(members)
    learned = await inTurns(learnStepwise(model, [...examples], replay, now()))
  }

  /** Drops the oldest example of a source that already has its maximum in a section, and returns its member. */
  const dropOldest = (section: string, source: string): string | undefined => {
    const own = examples.filter(example => example.section === section && example.source === source)
    if (own.length < MAX_EXAMPLES_PER_SOURCE) return undefined
    const [oldest] = own
    examples = examples.filter(example => example !== oldest)
    return oldest?.member
  }

  const learn = async (articles: readonly Article[]): Promise<void> => {
    if (now() - refreshedAt >= REFRESH) await refresh()
    const done: Promise<unknown>[] = []
    for (const article of articles) {
      // Texts that the classifier does not classify are not used for training either.
      if (!knowsLanguage(model, article.language)) continue
      const section = findCertainSection(article.evidence, taxonomy())
      if (!section) continue
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

  return { classify: classifyBy(model, () => learned), learn, refresh }
}
