/**
 * Decides stories consistently in all processes without a lock or a leader. Every worker folds one log of decisions in
 * Redis into an index in memory, decides a batch, and appends it to the log only if no other process appended
 * meanwhile; otherwise it catches up and decides again. After a restart it replays the log. (docs/decisions/0013)
 */

import type { Redis } from 'ioredis'
import type { StorySettings } from '../config/sections/stories.ts'
import type { Decision, Pin, Stories } from '../domain/story-decision.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'
import { isAfter, timestampOfStreamId } from '../redis/stream-id.ts'
import { yieldToEventLoop } from '../util/slices.ts'
import { readHashKey } from './hash-key.ts'
import { byDoubt } from './rules/audit.ts'
import { type Clusterer, createClusterer } from './rules/clusterer.ts'
import { extractFeatures, type Features, toStoryInput } from './rules/features.ts'
import { type Decided, readEntry, writeEntry } from './rules/log-entry.ts'
import type { HashKey } from './rules/term-hash.ts'

const appendScript = loadScript(new URL('./append-log.lua', import.meta.url))

export interface StoriesParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly settings: () => StorySettings
  /** ms since the epoch; corrected by the clock of Redis. */
  readonly now: () => number
  /** Awaited between slices of work, so that other work can run. */
  readonly yieldToLists?: () => Promise<void>
}

const PAGE_SIZE = 2_000
const LOG_START = '0-0'
/** ms of work before yielding to the event loop. */
const SLICE = 5

export const createStories = ({
  redis,
  keys,
  settings,
  now,
  yieldToLists = yieldToEventLoop,
}: StoriesParts): Stories => {
  const log = keys.storyLog()
  let hashKey: HashKey | null = null
  let clusterer: Clusterer = createClusterer(settings)
  let last = LOG_START
  /** ms by which the clock of Redis is ahead of this process's. */
  let ahead = 0
  // One operation at a time within a process: a second batch would only conflict with the first.
  let queue: Promise<unknown> = Promise.resolve()

  /**
   * Works through a list, yielding between slices. Called only within `inTurn`, so that nothing else changes the index.
   */
  const inSlices = async <From, To>(all: readonly From[], work: (one: From) => To): Promise<To[]> => {
    const done: To[] = []
    let began = performance.now()
    for (const one of all) {
      if (performance.now() - began > SLICE) {
        await yieldToLists()
        began = performance.now()
      }
      done.push(work(one))
    }
    return done
  }

  /** @returns the key for hashing words */
  const catchUp = async (): Promise<HashKey> => {
    if (!hashKey) {
      hashKey = await readHashKey(redis, keys)
      clusterer = createClusterer(settings, hashKey)
      last = LOG_START
    }
    for (;;) {
      // Read from the last known entry itself. If it is gone, the log was cleared or truncated: start again from the
      // log and a possibly new key.
      const page = await redis.xrange(log, last === LOG_START ? '-' : last, '+', 'COUNT', PAGE_SIZE)
      if (last !== LOG_START && page[0]?.[0] !== last) {
        hashKey = null
        return catchUp()
      }
      await inSlices(page, ([id, [, json]]) => {
        if (id === last) return
        if (json !== undefined) clusterer.fold(readEntry(json, timestampOfStreamId(id)))
        last = id
      })
      if (page.length < PAGE_SIZE) return hashKey
    }
  }

  /** Decides articles in order, each with those before it in the index, as of the time at which they will be logged. */
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
    const updated = decisions.map((decision, index) => {
      const id = batch[index]?.id
      const story = id === undefined ? undefined : clusterer.findStory(id)
      return story === undefined ? decision : { ...decision, story }
    })
    return { decisions: updated, fresh }
  }

  /** The Redis time at which the next entries will be logged. */
  const logTime = (): number => Math.max(Math.round(now() + ahead), timestampOfStreamId(last))

  /** @returns false if nothing was appended because another process was first, or because our clock was wrong */
  const append = async (entries: readonly (Decided | { readonly pin: Pin })[], at: number): Promise<boolean> => {
    if (entries.length === 0) return true
    const written = entries.map(writeEntry)
    const answer = await runScript(redis, appendScript, [log], [last, settings().window, at, ...written])
    const [outcome, ...values] = answer as string[] // as append-log.lua returns
    if (outcome === 'ok') last = values.at(-1) ?? last
    else if (outcome === 'clock') ahead = Number(values[0]) - now()
    // The log ends before the last folded entry: it was cleared or truncated. Start again from the log and a possibly
    // new key.
    else if (isAfter(last, values[0] ?? '0-0')) hashKey = null
    return outcome === 'ok'
  }

  /** @returns null to try again; decisions are then rolled back, also if it is unknown whether Redis logged them */
  const tryToDecide = async (batch: readonly Features[]): Promise<Decision[] | null> => {
    const at = logTime()
    let appended = false
    clusterer.beginTrial(at)
    try {
      const { decisions, fresh } = await decideInMemory(batch, at)
      appended = await append(fresh, at)
      return appended ? decisions : null
    } finally {
      // These decisions equal what folding the log would give, so they stay without folding them again.
      if (appended) clusterer.commitTrial()
      else clusterer.rollBack()
    }
  }

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = queue.then(work, work)
    queue = mine
    return mine
  }

  /** @param buildPin called again each time another process appended first */
  const pin = (buildPin: () => Pin | null): Promise<Pin | null> =>
    inTurn(async () => {
      for (;;) {
        await catchUp()
        const made = buildPin()
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
          const batch = await inSlices(articles, article => extractFeatures(toStoryInput(article), key))
          const decisions = await tryToDecide(batch)
          if (decisions) return decisions
        }
      }),
    similar: (id, limit) =>
      inTurn(async () => {
        await catchUp()
        return clusterer.similar(id, limit)
      }),
    similarToEach: (articles, limit) =>
      inTurn(async () => {
        await catchUp()
        return inSlices(articles, article => clusterer.similarOnArrival(article, limit))
      }),
    explain: id =>
      inTurn(async () => {
        await catchUp()
        return clusterer.explain(id)
      }),
    audit: limit =>
      inTurn(async () => {
        await catchUp()
        const audited = await inSlices(clusterer.listStories(), story => clusterer.audit(story))
        return audited
          .filter(each => each !== null)
          .sort(byDoubt)
          .slice(0, limit)
      }),
    merge: (from, into) =>
      pin(() => (from !== into && clusterer.has(from) && clusterer.has(into) ? { kind: 'merge', from, into } : null)),
    split: articles => pin(() => clusterer.planSplit(articles, now())),
  }
}
