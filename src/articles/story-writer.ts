/**
 * Writes stories: their members, their lead and the indexes that list them. A merge or a split updates the articles,
 * both stories and the indexes in steps; each step is idempotent, so that after a crash the whole is simply run again.
 */

import type { ArticleId, StoryId } from '../domain/article.ts'
import type { SectionId } from '../domain/section.ts'
import type { SourceId } from '../domain/source.ts'
import { loadScript, runScript } from '../redis/script.ts'
import type { Store } from '../redis/store.ts'
import { listBreadths } from './breadths.ts'
import { LEAD_SPAN, WAVE, WAVE_SHARE } from './rules/lead.ts'

const joinScript = loadScript(new URL('./join-story.lua', import.meta.url))
const closeScript = loadScript(new URL('./close-story.lua', import.meta.url))
const setStoryScript = loadScript(new URL('./set-story.lua', import.meta.url))

export const MAX_STORY_MEMBERS = 500
const MAX_ALSO_IN = 8
/** Bound on the length of a chain of merges, far above any real one. */
export const MAX_MERGE_CHAIN = 50

/** An article as its story stores it. */
export interface Member {
  readonly id: ArticleId
  readonly sources: readonly SourceId[]
  readonly sections: readonly SectionId[]
  /** ISO 8601 of its publication. */
  readonly at: string
  /** Missing if another source carries an article that is stored already. */
  readonly score?: number
  readonly url?: string
  /** Registrable domain of its URL. */
  readonly publisher?: string
  /** Whether an editor blocked it. Missing: as stored. */
  readonly blocked?: boolean
}

/** A story's sections and time after a change, and the sections it was listed in before. */
export interface Placed {
  readonly story: StoryId
  /** When it was last news, ms since the epoch: its place in the indexes. null if the story no longer exists. */
  readonly newsAt: number | null
  readonly sections: readonly SectionId[]
  readonly before: readonly SectionId[]
  /** Number of its sources, and before the change. */
  readonly breadth: number
  readonly breadthBefore: number
}

/** What a merge or a split changed. */
export interface Moves {
  readonly placed: readonly Placed[]
  /** Articles whose story is another one now; after a crash half-way, all that may be. */
  readonly moved: readonly ArticleId[]
}

export interface StoryWriter {
  /** If the story was merged into another, joins that one: `story` of the result. */
  join(story: StoryId, member: Member, now: number): Promise<Placed>
  merge(from: StoryId, into: StoryId, now: number): Promise<Moves>
  split(from: StoryId, to: StoryId, articles: readonly ArticleId[], now: number): Promise<Moves>
  /** Removes evicted articles from their story. */
  evict(story: StoryId, articles: readonly ArticleId[], now: number): Promise<Placed>
  /** Marks exactly these articles of the story as blocked. */
  withhold(story: StoryId, articles: readonly ArticleId[], now: number): Promise<Placed>
  /** Writes the story into the hashes of its articles. */
  setStory(articles: readonly ArticleId[], story: StoryId): Promise<void>
  index(placed: readonly Placed[]): Promise<void>
}

export interface StoryWriterParts extends Store {
  /** articles.retention, in ms. */
  readonly retention: () => number
  /** lists.poolSize: stories kept in each index. */
  readonly poolSize: () => number
  readonly findParent: (id: SectionId) => SectionId | undefined
}

type IndexKey = readonly [section: SectionId | undefined, breadth: number]

const listIndexes = (sections: readonly SectionId[], sources: number): IndexKey[] =>
  [undefined, ...sections].flatMap(section => listBreadths(sources).map((breadth): IndexKey => [section, breadth]))

/** Puts stories into the indexes of their sections and breadths, and takes them out of those they left. */
const indexStories = async ({ redis, keys, poolSize }: StoryWriterParts, placed: readonly Placed[]): Promise<void> => {
  const members = new Map<string, string[]>()
  const gone: Promise<unknown>[] = []
  for (const { story, newsAt, sections, before, breadth, breadthBefore } of placed) {
    const stands = new Set(
      newsAt === null ? [] : listIndexes(sections, breadth).map(index => keys.storyIndex(...index)),
    )
    for (const key of stands) members.set(key, [...(members.get(key) ?? []), String(newsAt), story])
    for (const index of listIndexes(before, breadthBefore)) {
      const key = keys.storyIndex(...index)
      if (!stands.has(key)) gone.push(redis.zrem(key, story))
    }
  }
  await Promise.all([
    ...gone,
    ...[...members].flatMap(([key, scored]) => [
      redis.zadd(key, ...scored),
      redis.zremrangebyrank(key, 0, -poolSize() - 1),
    ]),
  ])
}

export const createStoryWriter = (parts: StoryWriterParts): StoryWriter => {
  const { redis, keys, retention, findParent } = parts
  const withParents = (json: string | undefined): SectionId[] => {
    const sections = JSON.parse(json ?? '[]') as SectionId[] // written by join-story.lua
    return [...new Set(sections.flatMap(section => [section, findParent(section) ?? section]))]
  }

  const change = async (
    story: StoryId,
    member: Member | null,
    removed: readonly ArticleId[],
    now: number,
    blocked?: readonly ArticleId[],
  ): Promise<Placed> => {
    let current = story
    for (let move = 0; move < MAX_MERGE_CHAIN; move += 1) {
      const [first = '', second = '', sections, before, breadth, breadthBefore] = (await runScript(
        redis,
        joinScript,
        [keys.story(current), keys.storyMembers(current)],
        [
          current,
          member ? JSON.stringify(member) : '',
          new Date(now).toISOString(),
          retention(),
          MAX_STORY_MEMBERS,
          JSON.stringify(removed),
          MAX_ALSO_IN,
          blocked ? JSON.stringify(blocked) : '',
          JSON.stringify([WAVE, WAVE_SHARE, LEAD_SPAN]),
        ],
      )) as [string?, string?, string?, string?, number?, number?] // as join-story.lua returns
      if (first !== 'moved') {
        const newsAt = first === 'empty' ? null : Date.parse(second)
        return {
          ...{ story: current, newsAt, sections: withParents(sections), before: withParents(before) },
          ...{ breadth: breadth ?? 0, breadthBefore: breadthBefore ?? 0 },
        }
      }
      current = second as StoryId
    }
    throw new Error(`story ${story}: more than ${MAX_MERGE_CHAIN} merges in a row, probably a cycle of \`into\` fields`)
  }

  const readMembers = async (story: StoryId): Promise<Member[]> =>
    (await redis.hvals(keys.storyMembers(story))).map(json => JSON.parse(json) as Member) // written by join-story.lua

  const setStory = async (articles: readonly ArticleId[], story: StoryId): Promise<void> => {
    await Promise.all(articles.map(id => runScript(redis, setStoryScript, [keys.article(id)], [story])))
  }

  const moveTo = async (story: StoryId, members: readonly Member[], now: number): Promise<Placed[]> => {
    const placed = await Promise.all(members.map(member => change(story, member, [], now)))
    await setStory(
      members.map(({ id }) => id),
      placed.at(-1)?.story ?? story,
    )
    return placed
  }

  return {
    join: (story, member, now) => change(story, member, [], now),
    evict: (story, articles, now) => change(story, null, articles, now),
    withhold: (story, articles, now) => change(story, null, [], now, articles),
    setStory,

    async merge(from, into, now) {
      const placed: Placed[] = []
      const moved = new Set<ArticleId>()
      for (;;) {
        const members = await readMembers(from)
        placed.push(...(await moveTo(into, members, now)))
        for (const { id } of members) moved.add(id)
        if (moved.size === 0) {
          // An earlier try moved them all and died before it could say which: any member may be one of them.
          const standing = await change(into, null, [], now)
          placed.push(standing)
          for (const { id } of await readMembers(standing.story)) moved.add(id)
        }
        const [outcome, sections, breadthBefore = 0] = (await runScript(
          redis,
          closeScript,
          [keys.story(from), keys.storyMembers(from)],
          [into, JSON.stringify(members.map(({ id }) => id)), retention()],
        )) as [string, string?, number?] // as close-story.lua returns
        if (outcome === 'closed')
          return {
            placed: [
              {
                ...{ story: from, newsAt: null, sections: [], before: withParents(sections) },
                ...{ breadth: 0, breadthBefore },
              },
              ...placed,
            ],
            moved: [...moved],
          }
      }
    },

    async split(from, to, articles, now) {
      // Those an earlier try moved are moved again, so that what it did not get to is done for them too.
      const members = [...(await readMembers(from)), ...(await readMembers(to))]
      const taken = new Map(members.filter(({ id }) => articles.includes(id)).map(each => [each.id, each]))
      const placed = await moveTo(to, [...taken.values()], now)
      return { placed: [...placed, await change(from, null, articles, now)], moved: [...taken.keys()] }
    },

    index: placed => indexStories(parts, placed),
  }
}

/** Collapses several changes of one story into its last, with the sections it was listed in before the first. */
export const collapseChanges = (placed: readonly Placed[]): Placed[] => {
  const last = new Map<StoryId, Placed>()
  for (const each of placed) {
    const { before, breadthBefore } = last.get(each.story) ?? each
    last.set(each.story, { ...each, before, breadthBefore })
  }
  return [...last.values()]
}

/** All sections that the changed stories are or were listed in. */
export const collectSections = (placed: readonly Placed[]): SectionId[] => [
  ...new Set(placed.flatMap(({ sections, before }) => [...sections, ...before])),
]
