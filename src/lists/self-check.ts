/**
 * Checks that this process, however long it has been running, ranks a list as a process would that has just started. If
 * so, its cache of candidates has missed no change. src/app/self-check.ts runs it; it writes nothing.
 */

import type { Store } from '../redis/store.ts'
import type { CandidateCache } from './candidate-cache.ts'
import { readPublished } from './explain.ts'
import type { Ranker } from './ranker.ts'
import type { Ranked } from './rules/candidate.ts'

/** A ranker and the cache it reads from. */
export interface RankingDesk {
  readonly candidateCache: Pick<CandidateCache, 'refresh'>
  readonly ranker: Pick<Ranker, 'snapshot'>
}

export interface SelfCheckResult {
  readonly list: string
  /** Entries that only one of the two rankings has, in words; empty if the list is as it must be. */
  readonly differing: readonly string[]
}

export interface SelfCheckParts extends Store {
  readonly own: RankingDesk
  /** Creates a ranker with an empty cache. */
  readonly createFresh: () => RankingDesk
  readonly names: () => readonly string[]
  /** Returns 0 to 1, without 1: chooses the list to begin with, so that processes check different ones. */
  readonly random: () => number
  readonly wait: (ms: number) => Promise<unknown>
}

/** While news and reads come in, two rankings may differ for a moment: only entries that differ each time count. */
const ATTEMPTS = 3
/** ms between attempts: longer than a batch takes from its first write until its change is noted. */
const SETTLES = 1_500

/** An entry as readers would see it, without its rank and the number of its reads, which change all the time. */
const describeEntry = ({ candidate: { article, story } }: Ranked): string =>
  `${article.title} (article ${article.id} of ${article.section}, updated ${article.updatedAt}; story ${story.id}: ${story.articles.length} articles, ${story.sources.length} sources)`

/** @returns the values that only one of them has */
const findDiffering = (one: ReadonlySet<string>, other: ReadonlySet<string>): Set<string> =>
  new Set([...[...one].filter(each => !other.has(each)), ...[...other].filter(each => !one.has(each))])

/** @returns a function that checks the next list; null if there is none */
export const createSelfCheck = (parts: SelfCheckParts): (() => Promise<SelfCheckResult | null>) => {
  const { own, createFresh, names, random, wait } = parts
  let turn: number | null = null

  const rank = async ({ candidateCache, ranker }: RankingDesk, name: string): Promise<Set<string>> => {
    await candidateCache.refresh()
    const { ranked } = await ranker.snapshot()(name, () => readPublished(parts, name))
    return new Set(ranked.map(describeEntry))
  }

  const compare = async (name: string): Promise<Set<string>> =>
    findDiffering(await rank(own, name), await rank(createFresh(), name))

  return async () => {
    const all = names()
    turn ??= Math.floor(random() * all.length)
    const list = all[turn % all.length]
    if (list === undefined) return null
    turn = (turn + 1) % all.length
    let differing = await compare(list)
    for (let attempt = 1; attempt < ATTEMPTS && differing.size > 0; attempt += 1) {
      await wait(SETTLES)
      const again = await compare(list)
      differing = new Set([...differing].filter(each => again.has(each)))
    }
    return { list, differing: [...differing] }
  }
}
