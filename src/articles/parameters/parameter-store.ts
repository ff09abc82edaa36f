/**
 * URL parameters that identify articles on their site, such as `?id=`. They are learnt from documents, stored in Redis
 * for all processes and cached in this one; `refresh` loads what other processes have learnt since.
 */

import { randomUUID } from 'node:crypto'
import { droppedFrom, FRAGMENT, type Keeps } from '../../domain/canonical-url.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import type { Store } from '../../redis/store.ts'
import { findSignificantParameters, type Linked } from './significant-parameters.ts'

const keepScript = loadScript(new URL('./keep-parameters.lua', import.meta.url))

/** Bounds what an aggregator with links to many sites, or a malicious source, can add. */
const MAX_SITES_PER_SOURCE = 8
const MAX_SITES = 5_000
/** A site uses about this many doubtful names at most; families of names (`prefix_*`) are unbounded. */
const MAX_NAMES = 8
/** RFC 1035. */
const MAX_SITE_LENGTH = 260
const MAX_NAME_LENGTH = 40

export interface ParameterStore {
  /** As of the last refresh. */
  readonly keeps: Keeps
  /** Changes whenever `keeps` changes. */
  readonly version: () => string
  /**
   * Loads what other processes have learnt since.
   * @param olderThan ms; does nothing if the last refresh is more recent than this
   */
  refresh(olderThan?: number): Promise<void>
  /**
   * Learns from a document. Call it before deriving ids or keys from the document's links.
   * @param source that carried the document; the number of sites learnt from one source is bounded
   * @returns lines for the job's log
   */
  learn(source: string, items: readonly Linked[]): Promise<string[]>
  /**
   * Whether canonicalisation drops a parameter that might identify articles; the whole document then has to be read.
   */
  isDoubtful(page: string): boolean
}

const describe = (name: string): string => (name === FRAGMENT ? 'what follows #' : name)

const isSite = (field: string): boolean => field[0] !== '@' && field[0] !== '#'

export const createParameterStore = ({ redis, keys }: Store): ParameterStore => {
  let bySite: ReadonlyMap<string, ReadonlySet<string>> = new Map()
  let version = ''
  let refreshedAt = Number.NEGATIVE_INFINITY
  const keeps: Keeps = (site, name) => bySite.get(site)?.has(name) ?? false

  const load = async (): Promise<void> => {
    const all = await redis.hgetall(keys.urlParameters())
    bySite = new Map(
      Object.entries(all).flatMap(
        ([site, names]) => (isSite(site) ? [[site, new Set(JSON.parse(names) as string[])] as const] : []), // as keep-parameters.lua writes
      ),
    )
    version = all['#version'] ?? ''
  }

  const refresh = async (olderThan = 0): Promise<void> => {
    // A monotonic clock, since the wall clock may be set meanwhile.
    if (performance.now() - refreshedAt < olderThan) return
    const current = (await redis.hget(keys.urlParameters(), '#version')) ?? ''
    if (current !== version) await load()
    refreshedAt = performance.now()
  }

  return {
    keeps,
    version: () => version,
    refresh,

    async learn(source, items) {
      await refresh()
      const found = [...findSignificantParameters(items, keeps)].flatMap(([site, all]) => {
        const names = [...all].filter(name => name.length <= MAX_NAME_LENGTH)
        return site.length <= MAX_SITE_LENGTH && names.length > 0 ? [[site, names] as const] : []
      })
      if (found.length === 0) return []
      const refused = await runScript(
        redis,
        keepScript,
        [keys.urlParameters()],
        [
          ...[randomUUID(), source, MAX_SITES_PER_SOURCE, MAX_SITES, MAX_NAMES],
          ...found.flatMap(([site, names]) => [site, JSON.stringify(names)]),
        ],
      )
      await load()
      const kept = found.filter(([site, names]) => names.every(name => keeps(site, name)))
      return [
        ...kept.map(
          ([site, names]) => `${site} identifies articles by ${names.map(describe).join(', ')}: kept in its URLs`,
        ),
        ...(Number(refused) > 0
          ? [
              `parameters of ${refused} more sites were ignored: limit of ${MAX_SITES_PER_SOURCE} sites per source or ${MAX_SITES} in all reached`,
            ]
          : []),
      ]
    },

    isDoubtful: page => droppedFrom(page, keeps).size > 0,
  }
}
