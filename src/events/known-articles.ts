/** Maps events to the current ids of their articles, and refuses events of articles that are unknown. */

import type { ArticleStore } from '../articles/store.ts'
import type { ArticleId } from '../domain/article.ts'
import { createLruCache } from '../util/lru.ts'
import type { Judged, RefusedEntry } from './batch.ts'

/** Where articles are looked up; without `resolveBare`, by their ids only. */
export type KnownArticles = Pick<ArticleStore, 'resolve'> & Partial<Pick<ArticleStore, 'resolveBare'>>

/** How long a resolved article id is cached, ms: the article may be merged into another. */
const KNOWN_FOR = 30_000
const MAX_KNOWN = 20_000

/** Looks articles up and caches those found. */
const createKnown = (archive: Pick<ArticleStore, 'resolve'>) => {
  const known = createLruCache<ArticleId, { readonly id: ArticleId; readonly until: number }>(MAX_KNOWN)
  return async (ids: ReadonlySet<ArticleId>, now: number): Promise<ReadonlyMap<ArticleId, ArticleId>> => {
    const found = new Map<ArticleId, ArticleId>()
    const unresolved: ArticleId[] = []
    for (const id of ids) {
      const cached = known.get(id)
      if (cached && cached.until > now && cached.until <= now + KNOWN_FOR) found.set(id, cached.id)
      else unresolved.push(id)
    }
    const resolved = unresolved.length > 0 ? await archive.resolve(unresolved) : []
    for (const [index, id] of unresolved.entries()) {
      const became = resolved[index]
      if (!became) continue
      found.set(id, became)
      known.set(id, { id: became, until: now + KNOWN_FOR })
    }
    return found
  }
}

/** Finds the id of an article's URL without doubtful parameters, if it differs; the article may be stored under it. */
export type FindBareId = (id: ArticleId) => ArticleId | undefined

/** @returns a function that returns the events of known articles, and adds the others to `refused` */
export const createArticleResolver = (archive: KnownArticles) => {
  const resolveKnown = createKnown(archive)

  /** Adds articles that are stored under their URL without doubtful parameters. */
  const withBare = async (
    known: ReadonlyMap<ArticleId, ArticleId>,
    ids: ReadonlySet<ArticleId>,
    bareOf: FindBareId,
  ): Promise<ReadonlyMap<ArticleId, ArticleId>> => {
    if (known.size === ids.size) return known
    const open = [...ids].flatMap(id => {
      const bare = known.has(id) ? undefined : bareOf(id)
      return bare === undefined ? [] : [[id, bare] as const]
    })
    if (open.length === 0 || !archive.resolveBare) return known
    const found = await archive.resolveBare(open.map(([, bare]) => bare))
    const all = new Map(known)
    for (const [index, [id]] of open.entries()) {
      const article = found[index]
      if (article) all.set(id, article)
    }
    return all
  }

  return async (
    read: readonly Judged[],
    refused: RefusedEntry[],
    bareOf: FindBareId,
    now: number,
  ): Promise<Judged[]> => {
    const ids = new Set(read.map(({ event }) => event.article))
    const known = await withBare(await resolveKnown(ids, now), ids, bareOf)
    const resolved: Judged[] = []
    for (const each of read) {
      const { entry, event } = each
      const article = known.get(event.article)
      if (article === undefined)
        refused.push({ entry, reason: 'unknown-article', detail: `no article ${event.article}` })
      else resolved.push(article === event.article ? each : { ...each, event: { ...event, article } })
    }
    return resolved
  }
}
