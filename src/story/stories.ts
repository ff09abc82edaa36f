/**
 * Stories decided once for all replicas, without a lock or a leader: every worker folds one log of decisions in Redis into the same index,
 * decides a batch in memory, and appends it only if nobody appended meanwhile; else it catches up and decides again. A restart is a
 * replay of the log. (docs/decisions/0040)
 */

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'
import { isAfter, millisOf } from '../redis/stream-id.ts'
import { type Clusterer, createClusterer } from './clusterer.ts'
import type { Decision, Pin, Stories } from './decision.ts'
import { type Features, featuresOf, toldBy } from './features.ts'
import { readHashKey } from './hash-key.ts'
import { type Decided, readEntry, writeEntry } from './log-entry.ts'
import type { StorySettings } from './settings.ts'
import type { HashKey } from './term-hash.ts'

const commit = loadScript(new URL('./commit.lua', import.meta.url))

export interface StoriesParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly settings: () => StorySettings
  /** ms since the epoch; only for entries still being decided, the log's own times decide afterwards. */
  readonly now: () => number
  /** Asked between slices of work: lets others have their turn. */
  readonly giveWay?: () => Promise<void>
}

const PAGE = 2_000
/** ms of work in one turn of the event loop, after which others have theirs. */
const SLICE = 5

export const createStories = ({ redis, keys, settings, now, giveWay = nextTurn }: StoriesParts): Stories => {
  const log = keys.storyLog()
  let hashKey: HashKey | null = null
  let clusterer: Clusterer = createClusterer(settings)
  let last = '0-0'
  // One at a time within a process: a second batch would only find itself behind the first.
  let turn: Promise<unknown> = Promise.resolve()

  /** One after another, with pauses in which others have their turn; only within our own turn here, so nothing else touches the index. */
  const inSlices = async <From, To>(all: readonly From[], work: (one: From) => To): Promise<To[]> => {
    const done: To[] = []
    let began = performance.now()
    for (const one of all) {
      if (performance.now() - began > SLICE) {
        await giveWay()
        began = performance.now()
      }
      done.push(work(one))
    }
    return done
  }

  /** @returns the key by which words are hashed */
  const catchUp = async (): Promise<HashKey> => {
    if (!hashKey) {
      hashKey = await readHashKey(redis, keys)
      clusterer = createClusterer(settings, hashKey)
      last = '0-0'
    }
    for (;;) {
      const page = await redis.xrange(log, `(${last}`, '+', 'COUNT', PAGE)
      await inSlices(page, ([id, [, json]]) => {
        if (json !== undefined) clusterer.fold(readEntry(json, millisOf(id)))
        last = id
      })
      if (page.length < PAGE) return hashKey
    }
  }

  /** Decides in order, each article knowing those before it. What it tried out in the index is taken back: only the log goes in. */
  const decideInMemory = async (batch: readonly Features[]): Promise<{ decisions: Decision[]; fresh: Decided[] }> => {
    const fresh: Decided[] = []
    clusterer.tryOut()
    const decisions = await inSlices(batch, features => {
      const known = clusterer.known(features)
      if (known) return known
      const decided = clusterer.decide(features, now())
      fresh.push(decided)
      return decided.decision
    })
    // A later article of the batch may have merged the story of an earlier one.
    const settled = decisions.map((decision, index) => {
      const id = batch[index]?.id
      const story = id === undefined ? undefined : clusterer.storyOf(id)
      return story === undefined ? decision : { ...decision, story }
    })
    clusterer.rollBack()
    return { decisions: settled, fresh }
  }

  /** @returns false where somebody else appended first */
  const append = async (entries: readonly (Decided | { readonly pin: Pin })[]): Promise<boolean> => {
    if (entries.length === 0) return true
    const written = entries.map(writeEntry)
    const answer = await runScript(redis, commit, [log], [last, settings().window, ...written])
    const [outcome, ...ids] = answer as string[] // as commit.lua returns
    if (outcome === 'ok') {
      for (const [index, entry] of entries.entries()) clusterer.fold({ ...entry, at: millisOf(ids[index] ?? '') })
      last = ids.at(-1) ?? last
      return true
    }
    // The log ends before what we folded: it was cleared or lost its tail. It is the truth, so we start again from it.
    // Its key may have gone with it.
    if (isAfter(last, ids[0] ?? '0-0')) hashKey = null
    return false
  }

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work, work)
    turn = mine
    return mine
  }

  /** @param pinOf made anew each time somebody else appended first */
  const pin = (pinOf: () => Pin | null): Promise<Pin | null> =>
    inTurn(async () => {
      for (;;) {
        await catchUp()
        const made = pinOf()
        if (made === null || (await append([{ pin: made }]))) return made
      }
    })

  return {
    decide: articles =>
      inTurn(async () => {
        if (articles.length === 0) return []
        for (;;) {
          const key = await catchUp()
          const batch = await inSlices(articles, article => featuresOf(toldBy(article), key))
          const { decisions, fresh } = await decideInMemory(batch)
          if (await append(fresh)) return decisions
        }
      }),
    similar: (id, limit) =>
      inTurn(async () => {
        await catchUp()
        return clusterer.similar(id, limit)
      }),
    similarToEach: (ids, limit) =>
      inTurn(async () => {
        await catchUp()
        return inSlices(ids, id => clusterer.similar(id, limit))
      }),
    explain: id =>
      inTurn(async () => {
        await catchUp()
        return clusterer.explain(id)
      }),
    merge: (from, into) =>
      pin(() => (from !== into && clusterer.has(from) && clusterer.has(into) ? { kind: 'merge', from, into } : null)),
    split: articles => pin(() => clusterer.splitOf(articles, now())),
  }
}
