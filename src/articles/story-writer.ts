/**
 * Stories as the archive keeps them: who belongs to which, who leads it, and in which index it stands. Stories merge and are split; the
 * article, the two stories and the indexes follow step by step, each step harmless to repeat, so whoever dies in between runs it again.
 */

import type { Redis } from 'ioredis'
import type { ArticleId, StoryId } from '../domain/article.ts'
import type { SectionId } from '../domain/section.ts'
import type { SourceId } from '../domain/source.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'

const joinScript = loadScript(new URL('./join-story.lua', import.meta.url))
const close = loadScript(new URL('./close-story.lua', import.meta.url))
const restory = loadScript(new URL('./set-story.lua', import.meta.url))

export const MOST_MEMBERS = 500
const MOST_ALSO_IN = 8
/** A story merged into one that was merged itself, and so on: never so often. */
export const MOST_MOVES = 50

/** An article as its story knows it. */
export interface Member {
  readonly id: ArticleId
  readonly sources: readonly SourceId[]
  readonly sections: readonly SectionId[]
  /** ISO 8601 of its publication. */
  readonly at: string
  /** Missing where another source carries what stands already. */
  readonly score?: number
  readonly url?: string
  /** An editor keeps it off everything. Missing: as it stands. */
  readonly blocked?: boolean
}

/** How a story stands after a change, and in which sections it stood before. */
export interface Placed {
  readonly story: StoryId
  /** ms since the epoch; null where it is no more. */
  readonly leadAt: number | null
  readonly sections: readonly SectionId[]
  readonly before: readonly SectionId[]
}

export interface StoryWriter {
  /** Follows a story that was merged to the one it is now: `story` of the answer. */
  join(story: StoryId, member: Member, now: number): Promise<Placed>
  merge(from: StoryId, into: StoryId, now: number): Promise<Placed[]>
  split(from: StoryId, to: StoryId, articles: readonly ArticleId[], now: number): Promise<Placed[]>
  /** Takes articles out of their story: they are no more. */
  evict(story: StoryId, articles: readonly ArticleId[], now: number): Promise<Placed>
  /** Says which of its articles editors keep off everything: these, and no others. */
  withhold(story: StoryId, articles: readonly ArticleId[], now: number): Promise<Placed>
  /** Tells articles their story. */
  tell(articles: readonly ArticleId[], story: StoryId): Promise<void>
  index(placed: readonly Placed[]): Promise<void>
}

export interface StoryWriterParts {
  readonly redis: Redis
  readonly keys: Keys
  /** articles.retention, in ms. */
  readonly retention: () => number
  /** lists.poolSize: stories kept in each index. */
  readonly poolSize: () => number
  readonly parentOf: (id: SectionId) => SectionId | undefined
}

export const createStoryWriter = ({ redis, keys, retention, poolSize, parentOf }: StoryWriterParts): StoryWriter => {
  const withParents = (json: string | undefined): SectionId[] => {
    const sections = JSON.parse(json ?? '[]') as SectionId[] // written by join.lua
    return [...new Set(sections.flatMap(section => [section, parentOf(section) ?? section]))]
  }

  const change = async (
    story: StoryId,
    member: Member | null,
    leaving: readonly ArticleId[],
    now: number,
    blocked?: readonly ArticleId[],
  ): Promise<Placed> => {
    let current = story
    for (let move = 0; move < MOST_MOVES; move += 1) {
      const [first = '', second = '', sections, before] = (await runScript(
        redis,
        joinScript,
        [keys.story(current), keys.storyMembers(current)],
        [
          current,
          member ? JSON.stringify(member) : '',
          new Date(now).toISOString(),
          retention(),
          MOST_MEMBERS,
          JSON.stringify(leaving),
          MOST_ALSO_IN,
          blocked ? JSON.stringify(blocked) : '',
        ],
      )) as [string?, string?, string?, string?] // as join.lua returns
      if (first !== 'moved') {
        const leadAt = first === 'empty' ? null : Date.parse(second)
        return { story: current, leadAt, sections: withParents(sections), before: withParents(before) }
      }
      current = second as StoryId
    }
    throw new Error(`story ${story} was merged ${MOST_MOVES} times over: its hashes go round in a circle`)
  }

  const membersOf = async (story: StoryId): Promise<Member[]> =>
    (await redis.hvals(keys.storyMembers(story))).map(json => JSON.parse(json) as Member) // written by join.lua

  const tell = async (articles: readonly ArticleId[], story: StoryId): Promise<void> => {
    await Promise.all(articles.map(id => runScript(redis, restory, [keys.article(id)], [story])))
  }

  const moveTo = async (story: StoryId, members: readonly Member[], now: number): Promise<Placed[]> => {
    const placed = await Promise.all(members.map(member => change(story, member, [], now)))
    await tell(
      members.map(({ id }) => id),
      placed.at(-1)?.story ?? story,
    )
    return placed
  }

  return {
    join: (story, member, now) => change(story, member, [], now),
    evict: (story, articles, now) => change(story, null, articles, now),
    withhold: (story, articles, now) => change(story, null, [], now, articles),
    tell,

    async merge(from, into, now) {
      const placed: Placed[] = []
      for (;;) {
        const members = await membersOf(from)
        placed.push(...(await moveTo(into, members, now)))
        const [outcome, sections] = (await runScript(
          redis,
          close,
          [keys.story(from), keys.storyMembers(from)],
          [into, JSON.stringify(members.map(({ id }) => id)), retention()],
        )) as [string, string?] // as close.lua returns
        if (outcome === 'closed')
          return [{ story: from, leadAt: null, sections: [], before: withParents(sections) }, ...placed]
      }
    },

    async split(from, to, articles, now) {
      const leaving = (await membersOf(from)).filter(({ id }) => articles.includes(id))
      const placed = await moveTo(to, leaving, now)
      return [...placed, await change(from, null, articles, now)]
    },

    async index(placed) {
      const members = new Map<string, string[]>()
      const gone: Promise<unknown>[] = []
      for (const { story, leadAt, sections, before } of placed) {
        for (const section of leadAt === null ? [] : [undefined, ...sections]) {
          const key = keys.storyIndex(section)
          members.set(key, [...(members.get(key) ?? []), String(leadAt), story])
        }
        const left = leadAt === null ? [undefined, ...before] : before.filter(each => !sections.includes(each))
        for (const section of left) gone.push(redis.zrem(keys.storyIndex(section), story))
      }
      await Promise.all([
        ...gone,
        ...[...members].flatMap(([key, scored]) => [
          redis.zadd(key, ...scored),
          redis.zremrangebyrank(key, 0, -poolSize() - 1),
        ]),
      ])
    },
  }
}

/** Of several changes of one story the last, with the sections it stood in before the first. */
export const lastOfEach = (placed: readonly Placed[]): Placed[] => {
  const last = new Map<StoryId, Placed>()
  for (const each of placed) last.set(each.story, { ...each, before: last.get(each.story)?.before ?? each.before })
  return [...last.values()]
}
