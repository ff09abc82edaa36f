/**
 * Retires lists that are configured no longer: those of a section, language or group that was removed or renamed. For
 * `lists.retireAfter` they stay as they are, but for articles that are evicted or blocked; then they are deleted, with
 * what belongs to them alone, and readers are told.
 */

import type { Logger } from 'pino'
import { BREADTHS } from '../articles/breadths.ts'
import type { ListSettings } from '../config/sections/lists.ts'
import type { ArticleId } from '../domain/article.ts'
import { articleId } from '../domain/canonical-url.ts'
import type { Entry } from '../domain/entry.ts'
import type { Taxonomy } from '../domain/section.ts'
import { scanHash, scanKeys } from '../redis/scan.ts'
import type { Store } from '../redis/store.ts'
import { toPairs } from '../util/pairs.ts'
import { CLOCK_SLACK } from '../util/plausible-time.ts'
import { announce } from './announce.ts'
import type { Overrides } from './overrides.ts'
import { type ListRegistry, RELATED } from './registry.ts'
import { removeFromList } from './remove-articles.ts'
import { collectBlockedIds } from './scope.ts'

/** How long the key space is not searched again for lists that no process noted, ms. */
const SEARCH_EVERY = 86_400_000

export interface Retirement {
  /** Called by a tick: notes which lists are configured no longer, and deletes those whose time has come. */
  run(): Promise<void>
  /** Lists that are configured no longer and were not deleted yet. */
  retiring(): Promise<readonly string[]>
  /** Removes what editors block from lists that are ranked no more. */
  removeBlocked(names: readonly string[]): Promise<void>
}

export interface RetirementParts extends Store {
  /** Names of all configured lists, except the related lists of single articles. */
  readonly names: () => readonly string[]
  readonly registry: Pick<ListRegistry, 'parse'>
  readonly taxonomy: () => Taxonomy
  readonly settings: () => Pick<ListSettings, 'retireAfter'>
  readonly editors: Pick<Overrides, 'inForce'>
  /** ms since the epoch. */
  readonly now: () => number
  readonly log: Pick<Logger, 'info'>
}

const readKnown = async ({ redis, keys }: Store): Promise<Map<string, number>> =>
  new Map(
    toPairs(await redis.zrange(keys.publishedLists(), 0, '-1', 'WITHSCORES')).map(([list, since]) => [
      list,
      Number(since),
    ]),
  )

/** Notes the lists in the key space that are not noted: an older version wrote them, or a process that knew no better. */
const search = async ({ redis, keys }: Store): Promise<void> => {
  if ((await redis.exists(keys.publishedListsSearched())) === 1) return
  const [before = '', after = ''] = keys.listMeta('\n').split('\n')
  const pattern = `${before.replace(/[*?[\]\\]/g, '\\$&')}*${after}`
  for await (const page of scanKeys(redis, pattern)) {
    const names = page
      .map(key => key.slice(before.length, key.length - after.length))
      .filter(name => !name.startsWith(`${RELATED}:`))
    if (names.length > 0) await redis.zadd(keys.publishedLists(), 'NX', ...names.flatMap(name => [0, name]))
  }
  await redis.set(keys.publishedListsSearched(), '1', 'PX', SEARCH_EVERY)
}

/** Deletes a list and all that names it. Readers who follow it are told, and find it empty. */
const retire = async ({ redis, keys, now }: RetirementParts, name: string): Promise<void> => {
  const version = Number((await redis.hget(keys.listMeta(name), 'version')) ?? 0) + 1
  await redis.unlink(keys.list(name), keys.listMeta(name), keys.listHistory(name), keys.listHistoryLatest(name))
  await Promise.all([
    redis.hdel(keys.listsClaimed(), name),
    redis.zrem(keys.listsChanged(), name),
    redis.zrem(keys.listsToRefresh(), name),
  ])
  await announce(redis, keys, [{ name, version, at: now(), isKept: false }])
  // Last: where this process dies before, the next run does all of it again.
  await redis.zrem(keys.publishedLists(), name)
}

/** Deletes what was kept to rank lists of sections that are gone: their stories by time, and the baseline of reads. */
const dropSections = async (
  { redis, keys, registry, taxonomy }: RetirementParts,
  retired: readonly string[],
): Promise<void> => {
  const isSection = (id: string) => taxonomy().some(section => section.id === id)
  const named = retired.flatMap(name => {
    const parsed = registry.parse(name)
    return parsed && 'definition' in parsed && parsed.section !== undefined ? parsed.section : []
  })
  const gone = new Set(named.filter(id => !isSection(id)))
  if (gone.size === 0) return
  for (const id of gone) await Promise.all(BREADTHS.map(breadth => redis.unlink(keys.storyIndex(id, breadth))))
  for await (const page of scanHash(redis, keys.baseline())) {
    const fields = page.map(([field]) => field).filter(field => gone.has(field.slice(0, field.lastIndexOf(':'))))
    if (fields.length > 0) await redis.hdel(keys.baseline(), ...fields)
  }
}

/** The articles that an entry names, and its story. */
const listNamed = ({ id, story, alsoIn }: Entry): string[] => [id, story.id, ...alsoIn.map(({ url }) => articleId(url))]

export const createRetirement = (parts: RetirementParts): Retirement => {
  const { redis, keys, names, settings, editors, now, log } = parts

  const begin = async (lists: readonly string[], at: number): Promise<void> => {
    if (lists.length === 0) return
    const retiresAt = new Date(at + settings().retireAfter).toISOString()
    for (const name of lists)
      if ((await redis.exists(keys.listMeta(name))) === 1) await redis.hset(keys.listMeta(name), 'retiresAt', retiresAt)
    await redis.zadd(keys.publishedLists(), ...lists.flatMap(name => [at, name]))
    log.info({ lists, retiresAt }, 'lists are configured no longer: they stay as they are until then')
  }

  /** Notes lists that are configured, for the first time or again. */
  const keep = async (lists: readonly string[]): Promise<void> => {
    if (lists.length === 0) return
    await redis.zadd(keys.publishedLists(), ...lists.flatMap(name => [0, name]))
    await Promise.all(lists.map(name => redis.hdel(keys.listMeta(name), 'retiresAt')))
  }

  const retireAll = async (lists: readonly string[]): Promise<void> => {
    if (lists.length === 0) return
    await dropSections(parts, lists)
    for (const name of lists) await retire(parts, name)
    log.info({ lists }, 'lists that are configured no longer were deleted')
  }

  return {
    async run() {
      await search(parts)
      const [at, { retireAfter }] = [now(), settings()]
      const known = await readKnown(parts)
      const configured = new Set(names())
      await keep([...configured].filter(name => known.get(name) !== 0))
      const gone = [...known].filter(([name]) => !configured.has(name))
      // A time in the future was noted while the clock was ahead.
      await begin(
        gone.flatMap(([name, since]) => (since === 0 || since > at + CLOCK_SLACK ? name : [])),
        at,
      )
      await retireAll(gone.flatMap(([name, since]) => (since > 0 && at - since >= retireAfter ? name : [])))
    },

    async retiring() {
      return redis.zrangebyscore(keys.publishedLists(), '(0', '+inf')
    },

    async removeBlocked(lists) {
      if (lists.length === 0) return
      const at = now()
      const overrides = await editors.inForce(at)
      for (const name of lists) {
        const blocked = collectBlockedIds(overrides, name)
        const entries = blocked.size === 0 ? [] : await redis.lrange(keys.list(name), 0, -1)
        const articles = entries
          .map(json => JSON.parse(json) as Entry) // written by the publisher
          .filter(entry => listNamed(entry).some(id => blocked.has(id)))
          .map(({ id }) => id as ArticleId)
        if (articles.length > 0) await removeFromList(redis, keys, name, { articles, asOf: '0-0', at })
      }
    },
  }
}
