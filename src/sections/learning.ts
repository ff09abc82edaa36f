/**
 * Keeps, for each section, the newest articles that publishers filed in it themselves, and has the text classifier learn from them.
 * Only texts in a language that the model was trained on count. Examples are kept rather than counts: taken in twice they are still one, every replica learns the same, and what is old falls out.
 */

import type { Redis } from 'ioredis'
import type { Article } from '../domain/article.ts'
import type { Taxonomy } from '../domain/section.ts'
import type { Keys } from '../redis/keys.ts'
import { yieldToEventLoop } from '../util/slices.ts'
import type { SectionModel } from './classifier/model-file.ts'
import { classifyBy, type Example, knowsLanguage, type Learned, learningInTurns } from './learned.ts'
import { type Classify, sureSection } from './sections.ts'

/** Most examples of a section, and of one source among them. */
const MOST_EXAMPLES = 240
const MOST_OF_A_SOURCE = 80
const LONGEST_TEXT = 300
const REFRESH = 5 * 60_000
const EXPIRES = 90 * 86_400
/** With no new example only their weights change, by age: once in half a day is enough. */
const AT_LEAST = 12 * 3_600_000

export interface Learning {
  readonly classify: Classify
  /** Learns from articles taken in; the same article twice counts once. */
  learn(articles: readonly Article[]): Promise<void>
  /** Reads what all replicas have gathered and learns it anew. */
  refresh(): Promise<void>
}

export interface LearningParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly model: SectionModel
  /** Texts of the sections the model knows. */
  readonly replay: readonly Pick<Example, 'section' | 'text'>[]
  readonly taxonomy: () => Taxonomy
  readonly now: () => number
}

interface Kept extends Example {
  readonly member: string
}

/** `source article text`, parted by blanks: ids have none. */
const memberOf = ({ id, sources, title, summary }: Article): string =>
  `${sources[0] ?? ''} ${id} ${`${title} . ${summary}`.slice(0, LONGEST_TEXT)}`

const keptOf = (section: string, member: string, at: number): Kept => {
  const [source = '', , ...words] = member.split(' ')
  return { section, source, text: words.join(' '), at, member }
}

const sameMembers = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every(member => b.has(member))

/** What else the process has to do comes in between: learning takes long, and must hold up nothing. */
const inTurns = async <T>(turns: Generator<void, T>): Promise<T> => {
  for (;;) {
    const { done, value } = turns.next()
    if (done) return value
    await yieldToEventLoop()
  }
}

export const createLearning = ({ redis, keys, model, replay, taxonomy, now }: LearningParts): Learning => {
  let learned: Learned | undefined
  let kept: Kept[] = []
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
    kept = lists.flatMap((list, index) =>
      Array.from({ length: list.length / 2 }, (_, n) =>
        keptOf(sections[index] ?? '', list[2 * n] ?? '', Number(list[2 * n + 1])),
      ),
    )
    members = new Set(kept.map(({ section, member }) => `${section} ${member}`))
    if (now() - learnedAt < AT_LEAST && sameMembers(members, learnedFrom)) return
    learnedAt = now()
    learnedFrom = new Set(members)
    learned = await inTurns(learningInTurns(model, [...kept], replay, now()))
  }

  /** The oldest example of a source that has its share of a section already, to make room for a new one. */
  const room = (section: string, source: string): string | undefined => {
    const own = kept.filter(example => example.section === section && example.source === source)
    if (own.length < MOST_OF_A_SOURCE) return undefined
    const [oldest] = own
    kept = kept.filter(example => example !== oldest)
    return oldest?.member
  }

  const learn = async (articles: readonly Article[]): Promise<void> => {
    if (now() - refreshedAt >= REFRESH) await refresh()
    const done: Promise<unknown>[] = []
    for (const article of articles) {
      // Texts that it will not be asked about teach nothing either.
      if (article.isLanguageDeclared === false || !knowsLanguage(model, article.language)) continue
      const section = sureSection(article.evidence, taxonomy())
      if (!section) continue
      const key = keys.learned(section)
      const example = keptOf(section, memberOf(article), article.firstSeenAt)
      if (members.has(`${section} ${example.member}`)) continue
      const left = room(section, example.source)
      // Sections are spread over a cluster: each key's commands go to its own node, in their order and together.
      if (left !== undefined) done.push(redis.zrem(key, left))
      done.push(
        redis.zadd(key, example.at, example.member),
        redis.zremrangebyrank(key, 0, -MOST_EXAMPLES - 1),
        redis.expire(key, EXPIRES),
      )
      kept.push(example)
      members.add(`${section} ${example.member}`)
    }
    await Promise.all(done)
  }

  return { classify: classifyBy(model, () => learned), learn, refresh }
}
