/**
 * Parameters that sites were seen to tell their articles apart by: learnt from documents, kept in Redis for all processes, and at hand in
 * this one. What another process learns is known here with the next `refresh`.
 */

import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { droppedFrom, type Keeps } from '../../domain/canonical-url.ts'
import type { Keys } from '../../redis/keys.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import { findSignificantParameters, type Linked } from './significant-parameters.ts'

const keepScript = loadScript(new URL('./keep-parameters.lua', import.meta.url))

/** A source teaches of the sites it carries; an aggregator that carries everything, or one that means ill, of no more than these. */
const MOST_OF_SOURCE = 8
const MOST_SITES = 5_000
/** There are about this many doubtful names in use at one site; families of names are open. */
const MOST_NAMES = 8
/** RFC 1035. */
const LONGEST_SITE = 260
const LONGEST_NAME = 40

export interface ParameterStore {
  /** As of the last refresh. */
  readonly keeps: Keeps
  /** Another with every change of the above. */
  readonly version: () => string
  /** Asks what others learnt since. @param olderThan ms: not again where it was asked less long ago */
  refresh(olderThan?: number): Promise<void>
  /**
   * Looks what a document shows, and remembers it. To be called before ids or keys are made of its links.
   * @param source that carried it: what one source may teach is bounded
   * @returns what is worth a line in the job's log
   */
  learn(source: string, items: readonly Linked[]): Promise<string[]>
  /** Whether a link loses a parameter that might tell articles apart: then all of its document is to be seen. */
  isDoubtful(page: string): boolean
}

export interface ParameterStoreParts {
  readonly redis: Redis
  readonly keys: Keys
}

const isSite = (field: string): boolean => field[0] !== '@' && field[0] !== '#'

export const createParameterStore = ({ redis, keys }: ParameterStoreParts): ParameterStore => {
  let bySite: ReadonlyMap<string, ReadonlySet<string>> = new Map()
  let version = ''
  let askedAt = Number.NEGATIVE_INFINITY
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
    // How long ago, whatever the wall clock does meanwhile.
    if (performance.now() - askedAt < olderThan) return
    const current = (await redis.hget(keys.urlParameters(), '#version')) ?? ''
    if (current !== version) await load()
    askedAt = performance.now()
  }

  return {
    keeps,
    version: () => version,
    refresh,

    async learn(source, items) {
      await refresh()
      const telling = [...findSignificantParameters(items, keeps)].flatMap(([site, all]) => {
        const names = [...all].filter(name => name.length <= LONGEST_NAME)
        return site.length <= LONGEST_SITE && names.length > 0 ? [[site, names] as const] : []
      })
      if (telling.length === 0) return []
      const refused = await runScript(
        redis,
        keepScript,
        [keys.urlParameters()],
        [
          ...[randomUUID(), source, MOST_OF_SOURCE, MOST_SITES, MOST_NAMES],
          ...telling.flatMap(([site, names]) => [site, JSON.stringify(names)]),
        ],
      )
      await load()
      const kept = telling.filter(([site, names]) => names.every(name => keeps(site, name)))
      return [
        ...kept.map(([site, names]) => `${site} tells articles apart by ${names.join(', ')}: kept in its URLs`),
        ...(Number(refused) > 0
          ? [
              `parameters of ${refused} more sites look the same, but a source may teach of ${MOST_OF_SOURCE} sites only`,
            ]
          : []),
      ]
    },

    isDoubtful: page => droppedFrom(page, keeps).size > 0,
  }
}
