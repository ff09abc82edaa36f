/** Compares what is in Redis with what must be there: before the first fault, and after the last until they agree. */

import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { check } from './check/check.ts'
import { type TrueCounts, type Violation, violation } from './check/truth.ts'
import type { Stand } from './stand.ts'

export interface Verdict {
  /** ms until everything was as it must be; null if it never was. */
  readonly recovered: number | null
  /** What was still wrong in the end, and what was right too late. */
  readonly violations: readonly Violation[]
}

export interface Judge {
  /** Waits until everything came in. @returns what is wrong if it does not */
  begin(): Promise<string | null>
  /**
   * Judges after the last fault.
   * @param counts what was read
   * @param since  when the last fault ended, ms by performance.now()
   * @param within ms in which all must be well again
   */
  finish(counts: ReadonlyMap<string, TrueCounts>, since: number, within: number): Promise<Verdict>
}

export interface JudgeParts {
  readonly redis: Redis
  readonly prefix: string
  readonly stand: Stand
  /** Entries of a list at most. */
  readonly size: number
  /** For people, while it lasts. */
  readonly say: (line: string) => void
  /** For whoever looks into it afterwards. */
  readonly trace: (line: string) => void
}

/** Factor by which we wait longer than the limit, to tell what is late from what is lost. */
const PATIENCE = 4
/** ms until all is well at first. */
const STARTS = 180_000
const LOOK = 700
/** ms after which Redis is checked again: what was right must stay right. */
const STAYS = 3_000
/** Connections that may be on their way in or out. */
const MORE_CLIENTS = 4

const until = async (holds: () => Promise<boolean>, patience: number): Promise<boolean> => {
  const deadline = performance.now() + patience
  while (performance.now() < deadline) {
    if (await holds()) return true
    await delay(LOOK)
  }
  return false
}

/** A number that INFO tells. */
export const numberIn = (info: string, name: string): number =>
  Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)

const describe = ({ what, detail }: Violation): string => `${what}: ${detail}`

export const createJudge = ({ redis, prefix, stand, size, say, trace }: JudgeParts): Judge => {
  const look = (counts: ReadonlyMap<string, TrueCounts>): Promise<readonly Violation[]> =>
    check({ redis, prefix, truth: { articles: stand.truth(), counts }, size }).catch(error => [
      violation('late', String(error)),
    ])
  const countClients = async (): Promise<number> =>
    numberIn(await redis.info('clients').catch(() => ''), 'connected_clients')
  let calmClients = 0

  return {
    async begin() {
      let first: readonly Violation[] = []
      const isUp = await until(async () => {
        first = await look(new Map())
        say(`before the first fault ${first.length} wrong: ${first.slice(0, 1).map(describe)}`)
        return first.length === 0
      }, STARTS)
      calmClients = await countClients()
      return isUp ? null : `${first.slice(0, 1).map(describe)}`
    },

    async finish(counts, since, within) {
      let standing: readonly Violation[] = []
      let traced = ''
      const isRight = async (): Promise<boolean> => {
        standing = await look(counts)
        const clients = await countClients()
        if (clients > calmClients + MORE_CLIENTS)
          standing = [...standing, violation('connections left', `${clients}, ${calmClients} before`)]
        const seconds = Math.round((performance.now() - since) / 1_000)
        say(`${seconds} s after the last fault ${standing.length} wrong: ${standing.slice(0, 1).map(describe)}`)
        const told = `${standing.length} wrong: ${standing.slice(0, 5).map(describe).join('; ')}`
        if (told !== traced) trace(told)
        traced = told
        return standing.length === 0
      }
      const isWell = await until(isRight, within * PATIENCE)
      const recovered = isWell ? Math.round(performance.now() - since) : null
      if (isWell) {
        await delay(STAYS)
        await until(isRight, 5_000)
      }
      const late =
        recovered !== null && recovered > within ? [violation('late', `well again after ${recovered} ms`)] : []
      return { recovered, violations: [...late, ...standing] }
    },
  }
}
