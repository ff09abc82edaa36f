/**
 * Fills an archive with articles fast: decided and stored as the articles job does it, without what comes before (fetching, sections) and
 * after (lists). Stories are decided of a week's articles, as many as the story log holds; the older ones are alone in theirs.
 */

import type { Redis } from 'ioredis'
import { createArticleStore } from '../../src/articles/redis-store.ts'
import { ArticleSettings } from '../../src/config/sections/articles.ts'
import { StorySettings } from '../../src/config/sections/stories.ts'
import type { Article, ArticleId, StoryId } from '../../src/domain/article.ts'
import { articleId } from '../../src/domain/canonical-url.ts'
import type { SourceId } from '../../src/domain/source.ts'
import type { Decision } from '../../src/domain/story-decision.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { storyIdOf } from '../../src/stories/rules/clusterer.ts'
import { createStories } from '../../src/stories/stories.ts'
import { storyStream } from '../story-stream.ts'

const BATCH = 500
const DAY = 86_400_000
/** Articles of a week, where a month's are kept. */
const DECIDED = 7 / 30
/** Before what the publishers of the benchmark serve. */
const NEWEST = 3 * 3_600_000

export interface Fill {
  readonly redis: Redis
  readonly prefix: string
  readonly sections: readonly string[]
  /** How many there are already. */
  readonly from: number
  readonly to: number
  readonly now: number
  readonly say: (done: number) => void
}

export const fillArchive = async ({ redis, prefix, sections, from, to, now, say }: Fill): Promise<void> => {
  const keys = keysFor(prefix)
  const settings = ArticleSettings.parse({})
  const archive = createArticleStore({
    redis,
    keys,
    settings: () => settings,
    weightOf: () => 1,
    parentOf: () => undefined,
  })
  const stories = createStories({ redis, keys, settings: () => StorySettings.parse({}), now: Date.now })
  const stream = storyStream(to - from, to)
  for (let done = from; done < to; done += BATCH) {
    const articles = Array.from({ length: Math.min(BATCH, to - done) }, (_, place): Article => {
      const told = stream.next().value
      if (!told) throw new Error('the stream ends before the archive is full')
      const n = done + place
      const url = `https://${told.source}.example/archive/${n}`
      // Over a month, the last added the newest; each larger archive is filled up behind the smaller.
      const publishedAt = now - NEWEST - Math.floor(((to - n) / to) * 29 * DAY)
      const section = sections[n % sections.length] ?? 'world'
      return {
        ...{ id: articleId(url), url, title: told.title, summary: told.summary, author: 'A. Writer' },
        ...{ image: `${url}.jpg`, language: 'en', publishedAt, firstSeenAt: publishedAt, section, sections: [section] },
        ...{ evidence: [{ section, from: 'source', what: section, weight: 0.5 }], sources: [told.source as SourceId] },
      }
    })
    const decisions = to - done <= to * DECIDED ? await stories.decide(articles) : articles.map(({ id }) => alone(id))
    await archive.ingest(
      articles.map((article, index) => ({ article, decision: decisions[index] ?? alone(article.id) })),
      now,
    )
    say(done + articles.length)
  }
}

const alone = (id: ArticleId): Decision => ({ kind: 'new', story: storyIdOf(id) as StoryId, merges: [] })
