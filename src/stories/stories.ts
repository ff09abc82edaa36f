/**
 * Stories decided once for all replicas, without a lock or a leader: every worker folds one log of decisions in Redis into the same index,
 * decides a batch in memory, and appends it only if nobody appended meanwhile; else it catches up and decides again. A restart is a
 * replay of the log. (docs/decisions/0013)
 */

import type { Redis } from 'ioredis'
import type { StorySettings } from '../config/sections/stories.ts'
import type { Decision, Pin, Stories } from '../domain/story-decision.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'
import { isAfter, timestampOfStreamId } from '../redis/stream-id.ts'
import { yieldToEventLoop } from '../util/slices.ts'
import { readHashKey } from './hash-key.ts'
import { type Clusterer, createClusterer } from './rules/clusterer.ts'
import { type Features, featuresOf, toldBy } from './rules/features.ts'
import { type Decided, readEntry, writeEntry } from './rules/log-entry.ts'
import type { HashKey } from './rules/term-hash.ts'

const commit = loadScript(new URL('./append-log.lua', import.meta.url))

export interface StoriesParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly settings: () => StorySettings
  /** ms since the epoch: decisions are made as of the time of Redis, which this is set by. */
  readonly now: () => number
  /** Asked between slices of work: lets others have their turn. */
  readonly giveWay?: () => Promise<void>
}

const PAGE = 2_000
const BEGINNING = '0-0'
/** ms of work in one turn of the event loop, after which others have theirs. */
const SLICE = 5

export const createStories = ({ redis, keys, settings, now, giveWay = yieldToEventLoop }: StoriesParts): Stories => {
  const log = keys.storyLog()
  let hashKey: HashKey | null = null
  let clusterer: Clusterer = createClusterer(settings)
  let last = BEGINNING
  /** ms by which the clock of Redis is ahead of ours. */
  let ahead = 0
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
      last = BEGINNING
    }
    for (;;) {
      // From the last one itself: where it is gone, the log was cleared or lost its tail, and is the truth. Its key may have gone with it.
      const page = await redis.xrange(log, last === BEGINNING ? '-' : last, '+', 'COUNT', PAGE)
      if (last !== BEGINNING && page[0]?.[0] !== last) {
        hashKey = null
        return catchUp()
      }
      await inSlices(page, ([id, [, json]]) => {
        if (id === last) return
        if (json !== undefined) clusterer.fold(readEntry(json, timestampOfStreamId(id)))
        last = id
      })
      if (page.length < PAGE) return hashKey
    }
  }

  /** Decides in order, each article knowing those before it, as of the time at which they will be logged. */
  const decideInMemory = async (
    batch: readonly Features[],
    at: number,
  ): Promise<{ decisions: Decision[]; fresh: Decided[] }> => {
    const fresh: Decided[] = []
    const decisions = await inSlices(batch, features => {
      const known = clusterer.known(features)
      if (known) return known
      const decided = clusterer.decide(features, at)
      fresh.push(decided)
      return decided.decision
    })
    // A later article of the batch may have merged the story of an earlier one.
    const settled = decisions.map((decision, index) => {
      const id = batch[index]?.id
      const story = id === undefined ? undefined : clusterer.storyOf(id)
      return story === undefined ? decision : { ...decision, story }
    })
    return { decisions: settled, fresh }
  }

  /** When what is appended next will be logged, as Redis will see it. */
  const logTime = (): number => Math.max(Math.round(now() + ahead), timestampOfStreamId(last))

  /** @returns false where nothing was appended: somebody else was first, or our clock was wrong */
  const append = async (entries: readonly (Decided | { readonly pin: Pin })[], at: number): Promise<boolean> => {
    if (entries.length === 0) return true
    const written = entries.map(writeEntry)
    const answer = await runScript(redis, commit, [log], [last, settings().window, at, ...written])
    const [outcome, ...told] = answer as string[] // as commit.lua returns
    if (outcome === 'ok') last = told.at(-1) ?? last
    else if (outcome === 'clock') ahead = Number(told[0]) - now()
    // The log ends before what we folded: it was cleared or lost its tail. It is the truth, so we start again from it.
    // Its key may have gone with it.
    else if (isAfter(last, told[0] ?? '0-0')) hashKey = null
    return outcome === 'ok'
  }

  /** @returns null where it is to be tried again: what was decided is taken back, also where Redis does not say whether it was logged */
  const tryToDecide = async (batch: readonly Features[]): Promise<Decision[] | null> => {
    const at = logTime()
    let appended = false
    clusterer.tryOut(at)
    try {
      const { decisions, fresh } = await decideInMemory(batch, at)
      appended = await append(fresh, at)
      return appended ? decisions : null
    } finally {
      // Decided as of that time is as everybody folds it: it need not be taken back and folded again.
      if (appended) clusterer.keep()
      else clusterer.rollBack()
    }
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
        const at = logTime()
        if (made === null) return null
        if (!(await append([{ pin: made }], at))) continue
        clusterer.fold({ pin: made, at })
        return made
      }
    })

  return {
    decide: articles =>
      inTurn(async () => {
        if (articles.length === 0) return []
        for (;;) {
          const key = await catchUp()
          const batch = await inSlices(articles, article => featuresOf(toldBy(article), key))
          const decisions = await tryToDecide(batch)
          if (decisions) return decisions
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
        return inSlices(ids, id => clusterer.similarOnArrival(id, limit))
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
