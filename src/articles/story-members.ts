/** The members of a story in Redis: each change also decides its lead, its sources and its sections (join-story.lua). */

import type { ArticleId, StoryId } from '../domain/article.ts'
import type { SectionId } from '../domain/section.ts'
import type { SourceId } from '../domain/source.ts'
import { loadScript, runScript } from '../redis/script.ts'
import type { Store } from '../redis/store.ts'
import { LEAD_SPAN, WAVE, WAVE_SHARE } from './rules/lead.ts'
import type { Placed } from './story-changes.ts'

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

export interface StoryMembersParts extends Store {
  /** articles.retention, in ms. */
  readonly retention: () => number
  readonly findParent: (id: SectionId) => SectionId | undefined
}

/** What to do to a story: nothing of it only decides its lead again. */
export interface MemberChange {
  readonly added?: Member
  readonly removed?: readonly ArticleId[]
  /** Exactly these are blocked afterwards. */
  readonly blocked?: readonly ArticleId[]
}

export interface StoryMembers {
  read(story: StoryId): Promise<Member[]>
  /** If the story was merged into another, changes that one: `story` of the result. */
  change(story: StoryId, change: MemberChange, now: number): Promise<Placed>
  /** Adds members to a story, and writes it into the hashes of their articles. */
  moveTo(story: StoryId, members: readonly Member[], now: number): Promise<Placed[]>
  /** Writes the story into the hashes of its articles. */
  setStory(articles: readonly ArticleId[], story: StoryId): Promise<void>
  /**
   * Closes a story that was merged, if its members are no others than these.
   * @returns null if it got another one meanwhile
   */
  close(story: StoryId, into: StoryId, members: readonly ArticleId[]): Promise<Placed | null>
}

export const createStoryMembers = ({ redis, keys, retention, findParent }: StoryMembersParts): StoryMembers => {
  const withParents = (json: string | undefined): SectionId[] => {
    const sections = JSON.parse(json ?? '[]') as SectionId[] // written by join-story.lua
    return [...new Set(sections.flatMap(section => [section, findParent(section) ?? section]))]
  }

  const change: StoryMembers['change'] = async (story, { added, removed = [], blocked }, now) => {
    let current = story
    for (let move = 0; move < MAX_MERGE_CHAIN; move += 1) {
      const [first = '', second = '', sections, before, breadth, breadthBefore] = (await runScript(
        redis,
        joinScript,
        [keys.story(current), keys.storyMembers(current)],
        [
          current,
          added ? JSON.stringify(added) : '',
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

  const setStory = async (articles: readonly ArticleId[], story: StoryId): Promise<void> => {
    await Promise.all(articles.map(id => runScript(redis, setStoryScript, [keys.article(id)], [story])))
  }

  return {
    change,
    setStory,

    async read(story) {
      const members = await redis.hvals(keys.storyMembers(story))
      return members.map(json => JSON.parse(json) as Member) // written by join-story.lua
    },

    async moveTo(story, members, now) {
      const placed = await Promise.all(members.map(added => change(story, { added }, now)))
      await setStory(
        members.map(({ id }) => id),
        placed.at(-1)?.story ?? story,
      )
      return placed
    },

    async close(story, into, members) {
      const [outcome, sections, breadthBefore = 0] = (await runScript(
        redis,
        closeScript,
        [keys.story(story), keys.storyMembers(story)],
        [into, JSON.stringify(members), retention()],
      )) as [string, string?, number?] // as close-story.lua returns
      return outcome === 'closed'
        ? { story, newsAt: null, sections: [], before: withParents(sections), breadth: 0, breadthBefore }
        : null
    },
  }
}
