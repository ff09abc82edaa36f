/**
 * Checks stories: their members, their leads, and their places in the indexes. All fixes go through the story writer.
 */

import { parseArticle, parseStory } from '../../articles/hashes.ts'
import { chooseLead, findNewsAt, leadScore } from '../../articles/rules/lead.ts'
import type { Moves } from '../../articles/story-changes.ts'
import { MAX_STORY_MEMBERS, type Member } from '../../articles/story-members.ts'
import { registrableDomain } from '../../domain/registrable-domain.ts'
import { readMembers, scanKeys } from '../../redis/scan.ts'
import { asArticle, asStory, type Check, findGone, type RepairParts, stripKey } from './check.ts'
import { runnable } from './run-check.ts'

/** Ids of stories, from the keys of their hashes or of their members. */
async function* storyIds({ redis, keys }: RepairParts, of: 'hash' | 'members'): AsyncGenerator<readonly string[]> {
  const [from = '', after = ''] = (of === 'hash' ? keys.story('\n') : keys.storyMembers('\n')).split('\n')
  for await (const page of scanKeys(redis, `${from}*${after}`)) yield page.map(key => stripKey(key, from, after))
}

/** Writes the index entries of stories that were changed, and notes the change for the caches of all processes. */
const finish = async ({ writer, changes }: RepairParts, { placed, moved }: Moves): Promise<void> => {
  await writer.index(placed)
  await changes.note({ articles: moved, stories: placed.map(({ story }) => story) })
}

/** Chooses the lead and the index entries again, after removing some articles. */
const reindex = async (parts: RepairParts, story: string, leaving: readonly string[] = []): Promise<void> => {
  const articles = leaving.map(asArticle)
  const placed = await parts.writer.evict(asStory(story), articles, parts.now())
  await finish(parts, { placed: [placed], moved: articles })
}

interface Membership {
  readonly story: string
  readonly article: string
}

const show = ({ story, article }: Membership): string => `${article} of ${story}`

const memberGone: Check<Membership> = {
  id: 'members-without-article',
  what: 'members of stories whose article is gone',
  async *pages(parts) {
    for await (const page of storyIds(parts, 'members')) {
      const members = await Promise.all(page.map(id => parts.redis.hkeys(parts.keys.storyMembers(asStory(id)))))
      yield page.flatMap((story, at) => (members[at] ?? []).map(article => ({ story, article })))
    }
  },
  async wrong(parts, page) {
    const gone = await findGone(
      parts,
      page.map(({ article }) => article),
    )
    const suspects = page.filter(({ article }) => gone.has(article))
    const isMemberNow = await Promise.all(
      suspects.map(({ story, article }) => parts.redis.hexists(parts.keys.storyMembers(story), article)),
    )
    return suspects.filter((_, at) => isMemberNow[at] === 1)
  },
  show,
  mend: (parts, { story, article }) => reindex(parts, story, [article]),
}

const articleOutside: Check<Membership> = {
  id: 'articles-not-in-story',
  what: 'articles that are not in the story they name',
  async *pages({ redis, keys }) {
    for await (const page of scanKeys(redis, `${keys.article('')}*`)) {
      const stories = await Promise.all(page.map(key => redis.hget(key, 'story')))
      yield page.flatMap((key, at) =>
        stories[at] ? [{ story: stories[at], article: stripKey(key, keys.article('')) }] : [],
      )
    }
  },
  async wrong({ redis, keys }, page) {
    const found = await Promise.all(
      page.map(({ story, article }) =>
        Promise.all([
          redis.hexists(keys.storyMembers(story), article),
          // The oldest articles of a very large story leave it and remain articles.
          redis.hlen(keys.storyMembers(story)),
          redis.hmget(keys.article(article), 'story', 'leaving', 'url'),
        ]),
      ),
    )
    return page.filter(({ story }, at) => {
      const [isMember = 1, count = 0, [named, leaving, url] = []] = found[at] ?? []
      return isMember === 0 && count < MAX_STORY_MEMBERS && named === story && leaving === null && url !== null
    })
  },
  show,
  async mend(parts, { story, article }) {
    const { redis, keys, writer, weightOf, now } = parts
    const stored = parseArticle(await redis.hgetall(keys.article(article)))
    const [owner] = stored?.sources ?? []
    if (!stored || owner === undefined || stored.story !== story) return
    const { id, url, sources, sections, publishedAt } = stored
    const placed = await writer.join(
      stored.story,
      {
        ...{ id, url, sources, sections },
        at: new Date(publishedAt).toISOString(),
        score: leadScore(stored, weightOf(owner), stored.reprintOf !== null),
        publisher: registrableDomain(url),
      },
      now(),
    )
    if (placed.story !== stored.story) await writer.setStory([id], placed.story)
    await finish(parts, { placed: [placed], moved: [id] })
  },
}

/** A story written by an older version has no `begunAt`: its lead is the best of all its articles. */
const findLead = ({ begunAt }: Record<string, string>, members: readonly Member[]): Member | undefined =>
  chooseLead(members, begunAt ?? findNewsAt(members))

/** When a story was last news, as its hash has it: its score in the indexes. NaN where there is no story. */
const readNewsAt = async ({ redis, keys }: RepairParts, story: string): Promise<number> => {
  const [newsAt, published] = await redis.hmget(keys.story(story), 'newsAt', 'publishedAt')
  return Date.parse(newsAt ?? published ?? '')
}

const wrongStory: Check<string> = {
  id: 'wrong-stories',
  what: 'stories whose lead or articles are not those of their members, or that have no members',
  async *pages(parts) {
    const seen = new Set<string>()
    for (const of of ['hash', 'members'] as const)
      for await (const page of storyIds(parts, of)) yield page.filter(id => !seen.has(id) && seen.add(id))
  },
  async wrong({ redis, keys }, page) {
    const found = await Promise.all(
      page.map(id => Promise.all([redis.hgetall(keys.story(id)), redis.hgetall(keys.storyMembers(id))])),
    )
    return page.filter((_, at) => {
      const [hash = {}, members = {}] = found[at] ?? []
      const all = Object.values(members).map(json => JSON.parse(json) as Member) // written by join-story.lua
      if (hash.into !== undefined) return all.length > 0
      if (Object.keys(hash).length === 0) return all.length > 0
      const story = parseStory(hash)
      return (
        story === null ||
        all.length === 0 ||
        story.lead !== findLead(hash, all)?.id ||
        (hash.newsAt !== undefined && hash.newsAt !== findNewsAt(all)) ||
        story.articles.length !== all.length ||
        story.articles.some(id => members[id] === undefined)
      )
    })
  },
  show: id => id,
  async mend(parts, id) {
    const { redis, keys, writer, now } = parts
    const into = await redis.hget(keys.story(id), 'into')
    // A merged story that got members since is merged again.
    if (into === null) await reindex(parts, id)
    else await finish(parts, await writer.merge(asStory(id), asStory(into), now()))
  },
}

interface Indexed {
  readonly story: string
  /** The section of the index; undefined for the index of all stories. */
  readonly section: string | undefined
}

/** The existing indexes: of all stories, and of each section. */
async function* indexes({ redis, keys }: RepairParts): AsyncGenerator<string | undefined> {
  yield undefined
  for await (const page of scanKeys(redis, `${keys.storyIndex('')}:*`))
    for (const key of page) yield stripKey(key, `${keys.storyIndex('')}:`)
}

const wrongIndex: Check<Indexed> = {
  id: 'wrong-indexes',
  what: 'entries of indexes of stories that are gone, or stand at a wrong place',
  async *pages(parts) {
    for await (const section of indexes(parts))
      for await (const page of readMembers(parts.redis, parts.keys.storyIndex(section)))
        yield page.map(story => ({ story, section }))
  },
  async wrong(parts, page) {
    const { redis, keys } = parts
    const found = await Promise.all(
      page.map(({ story, section }) =>
        Promise.all([redis.zscore(keys.storyIndex(section), story), readNewsAt(parts, story)]),
      ),
    )
    return page.filter((_, at) => {
      const [score, newsAt] = found[at] ?? [null, null]
      return score !== null && Number(score) !== newsAt
    })
  },
  show: ({ story, section }) => `${story} in ${section ?? 'all'}`,
  async mend(parts, { story, section }) {
    const { redis, keys } = parts
    const newsAt = await readNewsAt(parts, story)
    if (Number.isNaN(newsAt)) await redis.zrem(keys.storyIndex(section), story)
    else await redis.zadd(keys.storyIndex(section), 'XX', newsAt, story)
    // The story may have come back at this very moment: index and story do not share a slot.
    if ((await redis.exists(keys.storyMembers(story))) === 1) await reindex(parts, story)
  },
}

const unindexed: Check<string> = {
  id: 'stories-not-in-index',
  what: 'stories that are not in the index of all, though newer ones than it holds',
  pages: parts => storyIds(parts, 'members'),
  async wrong(parts, page) {
    const { redis, keys, poolSize } = parts
    if (page.length === 0) return []
    const [count, [, lowest = '0'], scores, times] = await Promise.all([
      redis.zcard(keys.storyIndex()),
      redis.zrange(keys.storyIndex(), 0, '0', 'WITHSCORES'),
      redis.zmscore(keys.storyIndex(), ...page),
      Promise.all(page.map(id => readNewsAt(parts, id))),
    ])
    const from = count < poolSize ? Number.NEGATIVE_INFINITY : Number(lowest)
    return page.filter((_, at) => scores[at] === null && (times[at] ?? Number.NaN) > from)
  },
  show: id => id,
  mend: reindex,
}

export const storyChecks = [
  runnable(memberGone),
  runnable(articleOutside),
  runnable(wrongStory),
  runnable(wrongIndex),
  runnable(unindexed),
]
