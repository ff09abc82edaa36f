/**
 * Decides stories consistently in all processes without a lock or a leader. Every worker folds one log of decisions in
 * Redis into an index in memory, decides a batch, and appends it to the log only if no other process appended
 * meanwhile; otherwise it catches up and decides again. After a restart it goes on from a local copy of the index, or
 * replays the log. (docs/decisions/0013)
 */

import type { Redis } from 'ioredis'
import type { StorySettings } from '../config/sections/stories.ts'
import type { Decision, Pin, Stories } from '../domain/story-decision.ts'
import type { Keys } from '../redis/keys.ts'
import { yieldToEventLoop } from '../util/slices.ts'
import { createReplica } from './replica.ts'
import { byDoubt } from './rules/audit.ts'
import type { Clusterer } from './rules/clusterer.ts'
import { extractFeatures, type Features, toStoryInput } from './rules/features.ts'
import type { Decided } from './rules/log-entry.ts'
import type { Snapshot } from './snapshot.ts'

export interface StoriesParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly settings: () => StorySettings
  /** ms since the epoch; corrected by the clock of Redis. */
  readonly now: () => number
  /** Awaited between slices of work, so that other work can run. */
  readonly yieldToLists?: () => Promise<void>
  readonly snapshot?: Snapshot
}

/** The stories of a process that may be restarted. */
export interface SavedStories extends Stories {
  /** Saves the index for the next start (`stories.snapshotFile`), if it has changed. Never rejects. */
  save(): Promise<void>
}

/** ms of work before yielding to the event loop. */
const SLICE = 5

/** Works through a list, yielding between slices. */
const sliceBy =
  (yieldToOthers: () => Promise<void>) =>
  async <From, To>(all: readonly From[], work: (one: From) => To): Promise<To[]> => {
    const done: To[] = []
    let began = performance.now()
    for (const one of all) {
      if (performance.now() - began > SLICE) {
        await yieldToOthers()
        began = performance.now()
      }
      done.push(work(one))
    }
    return done
  }

/** Runs one operation at a time: a second batch would only conflict with the first. */
const createTurns = () => {
  let queue: Promise<unknown> = Promise.resolve()
  return <T>(work: () => Promise<T>): Promise<T> => {
    const mine = queue.then(work, work)
    queue = mine
    return mine
  }
}

export const createStories = ({ now, yieldToLists = yieldToEventLoop, ...parts }: StoriesParts): SavedStories => {
  // Called only in turn, so that nothing else changes the index between slices.
  const inSlices = sliceBy(yieldToLists)
  const inTurn = createTurns()
  const replica = createReplica({ ...parts, now, inSlices })

  /** Decides articles in order, each with those before it in the index, as of the time at which they will be logged. */
  const decideInMemory = async (
    clusterer: Clusterer,
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

  /** @returns null to try again; decisions are then rolled back, also if it is unknown whether Redis logged them */
  const tryToDecide = async (clusterer: Clusterer, batch: readonly Features[]): Promise<Decision[] | null> => {
    const at = replica.logTime()
    let appended = false
    clusterer.beginTrial(at)
    try {
      const { decisions, fresh } = await decideInMemory(clusterer, batch, at)
      appended = await replica.append(fresh, at)
      return appended ? decisions : null
    } finally {
      // These decisions equal what folding the log would give, so they stay without folding them again.
      if (appended) clusterer.commitTrial()
      else clusterer.rollBack()
    }
  }

  /** @param buildPin called again each time another process appended first */
  const pin = (buildPin: (clusterer: Clusterer) => Pin | null): Promise<Pin | null> =>
    inTurn(async () => {
      for (;;) {
        const { clusterer } = await replica.catchUp()
        const made = buildPin(clusterer)
        const at = replica.logTime()
        if (made === null) return null
        if (!(await replica.append([{ pin: made }], at))) continue
        clusterer.fold({ pin: made, at })
        return made
      }
    })

  const ask = <T>(question: (clusterer: Clusterer) => T | Promise<T>): Promise<T> =>
    inTurn(async () => {
      const { clusterer } = await replica.catchUp()
      return question(clusterer)
    })

  return {
    decide: articles =>
      inTurn(async () => {
        if (articles.length === 0) return []
        for (;;) {
          const { clusterer, key } = await replica.catchUp()
          const batch = await inSlices(articles, article => extractFeatures(toStoryInput(article), key))
          const decisions = await tryToDecide(clusterer, batch)
          if (!decisions) continue
          await replica.saveWhenDue()
          return decisions
        }
      }),
    save: () => inTurn(replica.save),
    similar: (id, limit) => ask(clusterer => clusterer.similar(id, limit)),
    similarToEach: (articles, limit) =>
      ask(clusterer => inSlices(articles, article => clusterer.similarOnArrival(article, limit))),
    explain: id => ask(clusterer => clusterer.explain(id)),
    audit: limit =>
      ask(async clusterer => {
        const audited = await inSlices(clusterer.listStories(), story => clusterer.audit(story))
        return audited
          .filter(each => each !== null)
          .sort(byDoubt)
          .slice(0, limit)
      }),
    merge: (from, into) =>
      pin(clusterer =>
        from !== into && clusterer.has(from) && clusterer.has(into) ? { kind: 'merge', from, into } : null,
      ),
    split: articles => pin(clusterer => clusterer.planSplit(articles, now())),
  }
}
