/** A reader that looks at lists all the time, whatever is going on, and says where one was not whole. */

import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { listNames, sectionsIn } from './check.ts'
import { checkSeen, createMemory, lookAt } from './lists.ts'
import { type Violation, violation } from './truth.ts'

export interface Watch {
  /** Looks that were answered. */
  looks(): number
  readonly violations: readonly Violation[]
  /** Articles among the first of `latest` by URL, and when each was first seen there, ms by performance.now(). */
  readonly newest: readonly { readonly url: string; readonly at: number }[]
  /** A Redis was killed that may have lost what it wrote last. */
  forget(): void
  stop(): Promise<void>
}

export interface WatchWanted {
  readonly port: number
  readonly prefix: string
  /** 0 to 1, not 1. */
  readonly random: () => number
  /** ms between two looks. */
  readonly every?: number
}

const PATIENCE = 1_000
/** Entries of `latest` that may be news. */
const HEAD = 20

export const watchLists = ({ port, prefix, random, every = 60 }: WatchWanted): Watch => {
  const redis = new Redis({
    port,
    host: '127.0.0.1',
    commandTimeout: PATIENCE,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: () => 50,
  })
  redis.on('error', () => undefined) // it is made to fail
  const violations: Violation[] = []
  const newest: { url: string; at: number }[] = []
  const memory = createMemory()
  const known = new Set<string>()
  let names: string[] = []
  let looks = 0
  let isOver = false

  const look = async (name: string): Promise<void> => {
    const seen = await lookAt(redis, prefix, name)
    looks += 1
    violations.push(
      ...[...checkSeen(seen), ...memory.check(seen)].map(each => violation(each.what, `read as ${each.detail}`)),
    )
    if (name !== 'latest') return
    for (const entry of seen.entries.slice(0, HEAD)) {
      const { url } = JSON.parse(entry) as { url: string } // as the contract has it
      if (!known.has(url)) newest.push({ url, at: performance.now() })
      known.add(url)
    }
  }

  const run = async (): Promise<void> => {
    while (!isOver) {
      try {
        if (names.length === 0) names = listNames(await sectionsIn(redis, prefix))
        await look('latest')
        const name = names[Math.floor(random() * names.length)]
        if (name !== undefined) await look(name)
      } catch {
        // Away: a reader asks again.
      }
      await delay(every)
    }
  }
  const running = run()
  return {
    looks: () => looks,
    violations,
    newest,
    forget: () => memory.forget(),
    async stop() {
      isOver = true
      await running
      redis.disconnect()
    },
  }
}
