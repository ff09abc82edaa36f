/**
 * Checks whether Redis answers. Commands wait however long Redis is away, which suits background work. Code that serves a person or a
 * client checks here meanwhile, and reports the outage.
 */

import type { Redis } from 'ioredis'
import { listMasters } from './nodes.ts'

/** Work that took longer than it may. */
export class TimeoutError extends Error {
  override readonly name = 'LateError'
  readonly code = 'LATE'
}

/** A span is waited for in so many parts: one single wait would be over while a busy process has not yet read what was answered. */
const PARTS = 10

/**
 * What a work says, where it says it in time. It goes on, and what it says later is heard by nobody.
 * @param ms of a process that is free to hear it: what it spends on other work in one piece counts for a part of it at most
 * @throws LateError
 */
export const withTimeout = async <T>(work: Promise<T>, ms: number, what = 'it'): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    let parts = 0
    const next = () => {
      parts += 1
      if (parts > PARTS) reject(new TimeoutError(`${what} took longer than ${ms} ms`))
      else timer = setTimeout(next, ms / PARTS)
    }
    next()
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

export interface HealthCheck {
  /** Whether the last question was left unanswered for as long as it may be, and nothing came since. Asks anew where nothing is asked. */
  isSilent(): boolean
  /** Asks, or waits for the answer to what was asked. @param ms in place of the patience of all */
  answers(ms?: number): Promise<boolean>
}

/** What it says while it cannot be worked with: commands wait then. */
const NO_ANSWER =
  /^(LOADING|MASTERDOWN|CLUSTERDOWN)\b|slots allocation group|Failed to refresh slots|Connection is closed|Unknown RESP type/

/** Each master, since a key may be of any; and whether all keys have one. Whatever it refuses, it answers. */
const ask = async (redis: Redis): Promise<void> => {
  const masters = await listMasters(redis)
  try {
    await Promise.all(masters.map(master => master.ping()))
    if (!redis.isCluster) return
    const [first] = masters
    const info = String(await first?.call('CLUSTER', 'INFO'))
    if (/^cluster_state:fail/m.test(info)) throw new Error('CLUSTERDOWN')
  } catch (error) {
    if (!(error instanceof Error) || NO_ANSWER.test(error.message)) throw error
  }
}

/** @param patience ms that an answer may take */
export const createHealthCheck = (redis: Redis, patience: number): HealthCheck => {
  let asked: Promise<boolean> | null = null
  let isSilent = false

  const answer = (): Promise<boolean> => {
    if (asked) return asked
    const answered = ask(redis).then(
      () => true,
      () => false,
    )
    asked = answered.then(given => {
      asked = null
      isSilent = !given
      return given
    })
    isAnsweredIn(answered, patience).then(given => {
      if (!given) isSilent = true
    })
    return asked
  }

  return {
    answers: (ms = patience) => isAnsweredIn(answer(), ms),
    isSilent() {
      // What is asked last tells when it is back.
      if (isSilent) answer()
      return isSilent
    },
  }
}

const isAnsweredIn = (answer: Promise<boolean>, ms: number): Promise<boolean> =>
  withTimeout(answer, ms).catch((error: unknown) => {
    if (!(error instanceof TimeoutError)) throw error
    return false
  })
