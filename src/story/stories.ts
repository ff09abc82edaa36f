/**
 * Stories decided once for all replicas, without a lock or a leader: every worker folds one log of decisions in Redis into the same index,
 * decides a batch in memory, and appends it only if nobody appended meanwhile; else it catches up and decides again. A restart is a
 * replay of the log. (docs/decisions/0040)
 */

import type { Redis } from 'ioredis'
import type { Article } from '../article/article.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'
import { type Clusterer, createClusterer, type LogEntry } from './clusterer.ts'
import type { Decision, Stories } from './decision.ts'
import { type Features, featuresOf } from './features.ts'
import type { StorySettings } from './settings.ts'

const commit = loadScript(new URL('./commit.lua', import.meta.url))

export interface StoriesParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly settings: () => StorySettings
  /** ms since the epoch; only for entries still being decided, the log's own times decide afterwards. */
  readonly now: () => number
}

const PAGE = 2_000

const millisOf = (streamId: string): number => Number(streamId.split('-')[0])

const isBefore = (one: string, other: string): boolean => {
  const [oneMs = 0, oneSeq = 0] = one.split('-').map(Number)
  const [otherMs = 0, otherSeq = 0] = other.split('-').map(Number)
  return oneMs < otherMs || (oneMs === otherMs && oneSeq < otherSeq)
}

export const createStories = ({ redis, keys, settings, now }: StoriesParts): Stories => {
  const log = keys.storyLog()
  let clusterer: Clusterer = createClusterer(settings)
  let last = '0-0'
  // One at a time within a process: a second batch would only find itself behind the first.
  let turn: Promise<unknown> = Promise.resolve()

  const catchUp = async (): Promise<void> => {
    for (;;) {
      const page = await redis.xrange(log, `(${last}`, '+', 'COUNT', PAGE)
      for (const [id, [, json]] of page) {
        if (json !== undefined) clusterer.fold({ ...(JSON.parse(json) as Omit<LogEntry, 'at'>), at: millisOf(id) }) // written by decideOnce
        last = id
      }
      if (page.length < PAGE) return
    }
  }

  /** Decides in order, each article knowing those before it. What it drafted in the index is taken out again: only the log goes in. */
  const decideInMemory = (batch: readonly Features[]): { decisions: Decision[]; fresh: Omit<LogEntry, 'at'>[] } => {
    const decisions: Decision[] = []
    const fresh: Omit<LogEntry, 'at'>[] = []
    const undo: (() => void)[] = []
    for (const features of batch) {
      const decision = clusterer.decide(features, now())
      decisions.push(decision)
      if (clusterer.knows(features.id)) continue
      fresh.push({ features, decision })
      undo.push(clusterer.draft({ features, decision, at: now() }))
    }
    for (const take of undo.reverse()) take()
    return { decisions, fresh }
  }

  /** @returns null where somebody else appended first */
  const decideOnce = async (batch: readonly Features[]): Promise<Decision[] | null> => {
    const { decisions, fresh } = decideInMemory(batch)
    if (fresh.length === 0) return decisions
    const answer = await runScript(
      redis,
      commit,
      [log],
      [last, settings().window, ...fresh.map(entry => JSON.stringify(entry))],
    )
    const [outcome, ...ids] = answer as string[] // as commit.lua returns
    if (outcome === 'ok') {
      for (const [index, entry] of fresh.entries()) clusterer.fold({ ...entry, at: millisOf(ids[index] ?? '') })
      last = ids.at(-1) ?? last
      return decisions
    }
    // The log ends before what we folded: it was cleared or lost its tail. It is the truth, so we start again from it.
    if (isBefore(ids[0] ?? '0-0', last)) {
      clusterer = createClusterer(settings)
      last = '0-0'
    }
    return null
  }

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work, work)
    turn = mine
    return mine
  }

  return {
    decide: (articles: readonly Article[]) =>
      inTurn(async () => {
        if (articles.length === 0) return []
        const batch = articles.map(featuresOf)
        for (;;) {
          await catchUp()
          const decisions = await decideOnce(batch)
          if (decisions) return decisions
        }
      }),
    similar: (id, limit) =>
      inTurn(async () => {
        await catchUp()
        return clusterer.similar(id, limit)
      }),
  }
}
