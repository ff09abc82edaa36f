/**
 * Rewrites the log of stories. It held the terms of articles as words at first, then as hashes that anybody could
 * compute, then as hashes keyed per installation, but of words told apart and cut otherwise. Older entries can no longer
 * be read, or never match a new article, so they are written again from their articles if these still exist.
 */

import { z } from 'zod'
import { parseArticle } from '../../articles/hashes.ts'
import type { ArticleId, StoryId } from '../../domain/article.ts'
import type { SourceId } from '../../domain/source.ts'
import { readStream } from '../../redis/scan.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import { readHashKey } from '../../stories/hash-key.ts'
import { extractFeatures, type Features, hashTerm, toStoryInput } from '../../stories/rules/features.ts'
import { type Decided, readEntry, writeEntry } from '../../stories/rules/log-entry.ts'
import type { HashKey } from '../../stories/rules/term-hash.ts'
import type { Migration, MigrationParts } from './migration.ts'

const swap = loadScript(new URL('./replace-log.lua', import.meta.url))

/** An entry as written until evidence for stories was weighed. */
const Worded = z.object({
  features: z.object({
    id: z.string(),
    source: z.string().default(''),
    language: z.string(),
    titleHash: z.string(),
    title: z.array(z.string()),
    summary: z.array(z.string()),
    publishedAt: z.number().nullable().default(null),
  }),
  decision: z.object({
    kind: z.enum(['new', 'same', 'reprint']),
    as: z.string().optional(),
    of: z.string().optional(),
    story: z.string(),
  }),
})

/** @returns null for an entry of another schema */
const readWorded = (json: string, key: HashKey): Decided | null => {
  const parsed = Worded.safeParse(JSON.parse(json))
  if (!parsed.success) return null
  const { features, decision } = parsed.data
  const { language } = features
  const terms = (words: readonly string[]) => words.map(word => hashTerm(word, language, key))
  const story = decision.story as StoryId // brands here and below: written by the version before
  const merges: [] = []
  return {
    features: {
      ...features,
      id: features.id as ArticleId,
      source: features.source as SourceId,
      title: terms(features.title),
      summary: terms(features.summary),
      slug: [],
    },
    decision:
      decision.kind === 'same'
        ? { kind: 'same', as: (decision.as ?? '') as ArticleId, story, merges }
        : decision.kind === 'reprint'
          ? { kind: 'reprint', of: (decision.of ?? '') as ArticleId, story, merges }
          : { kind: 'new', story, merges },
    arrived: null,
  }
}

const isSame = (one: Features, other: Features): boolean =>
  (['title', 'summary', 'slug'] as const).every(
    part => one[part].length === other[part].length && one[part].every((term, at) => term === other[part][at]),
  )

/** @returns the migrated entry, or null if it needs no change */
const carriedOver = (json: string, now: Features | null, key: HashKey): string | null => {
  const worded = readWorded(json, key)
  if (worded)
    return writeEntry(now && now.titleHash === worded.features.titleHash ? { ...worded, features: now } : worded)
  const entry = readEntry(json, 0)
  // If the article is gone, or its headline was edited since, the entry stays as it is until the window has passed.
  if ('pin' in entry || !now || now.titleHash !== entry.features.titleHash || isSame(entry.features, now)) return null
  return writeEntry({ ...entry, features: now })
}

/** Entries in order, each with its migrated form. */
async function* carryOver({ redis, keys, onProgress }: MigrationParts, after: string) {
  const key = await readHashKey(redis, keys)
  let looked = 0
  for await (const page of readStream(redis, keys.storyLog(), after)) {
    const entries = page.map(([id, [, json = '']]) => ({ id, json, article: idOf(json) }))
    const articles = await Promise.all(
      entries.map(async ({ article }) => parseArticle(await redis.hgetall(keys.article(article)))),
    )
    yield entries.map(({ id, json }, index) => {
      const article = articles[index]
      return { id, json, becomes: carriedOver(json, article ? extractFeatures(toStoryInput(article), key) : null, key) }
    })
    looked += page.length
    onProgress(looked)
  }
}

/** The article of an entry of any schema; empty for an entry without one. */
const idOf = (json: string): string => {
  const { i, features } = JSON.parse(json) as { i?: string; features?: { id?: string } } // by this version or an older one
  return i ?? features?.id ?? ''
}

/** Id of the last entry that was copied before the process died; '' if none was. */
const resumeFrom = async ({ redis, keys }: MigrationParts): Promise<string> =>
  (await redis.xrevrange(keys.storyLogNext(), '+', '-', 'COUNT', 1))[0]?.[0] ?? ''

const write = async (parts: MigrationParts): Promise<void> => {
  const { redis, keys } = parts
  let last = await resumeFrom(parts)
  for (;;) {
    for await (const entries of carryOver(parts, last === '' ? '-' : `(${last}`)) {
      await Promise.all(
        entries.map(({ id, json, becomes }) => redis.xadd(keys.storyLogNext(), id, 'e', becomes ?? json)),
      )
      last = entries.at(-1)?.id ?? last
    }
    if ((await runScript(redis, swap, [keys.storyLog(), keys.storyLogNext()], [last])) === 1) return
  }
}

/** Wrote the log of stories with its words under the installation's key. Step 7 does that, and what came after. */
export const storyLog: Migration = {
  to: 2,
  what: 'leaves the log of stories to step 7',
  isAdditive: false,
  run: async () => 0,
}

export const storyWords: Migration = {
  to: 7,
  what: 'writes the log of stories with the words that stories are compared by now',
  isAdditive: false,

  async run(parts, isDry) {
    let found = 0
    for await (const entries of carryOver(parts, '-')) found += entries.filter(({ becomes }) => becomes !== null).length
    if (!isDry && found > 0) await write(parts)
    return found
  },
}
