/**
 * Checks whether Redis answers. Commands wait however long Redis is away, which suits background work. Code that serves
 * a person or a client checks here first, and reports the outage.
 */

import type { Redis } from 'ioredis'
import { listMasters } from './nodes.ts'

/** Work exceeded its timeout. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
}

/**
 * The timeout is divided into this many timers: a single timer would fire before a busy process has read a reply that
 * already arrived.
 */
const PARTS = 10

/**
 * Waits for work with a timeout. The work goes on after the timeout, but its result is ignored.
 * @param ms for a process that is free to read replies; a long synchronous task of this process uses up one part of it
 * at most
 * @throws TimeoutError
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
  /**
   * Whether the latest check timed out or failed and none has succeeded since. Starts a new check if none is running.
   */
  isSilent(): boolean
  /** Starts a check, or waits for the running one. @param ms instead of the default timeout */
  answers(ms?: number): Promise<boolean>
}

/** Error replies of a Redis that cannot serve commands; commands wait meanwhile. */
const NO_ANSWER =
  /^(LOADING|MASTERDOWN|CLUSTERDOWN)\b|slots allocation group|Failed to refresh slots|Connection is closed|Unknown RESP type/

/**
 * Pings each master, since a key may be on any, and checks that all slots are covered. Any other refusal is an answer
 * too.
 */
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

/** @param timeout timeout of a check, ms */
export const createHealthCheck = (redis: Redis, timeout: number): HealthCheck => {
  let pending: Promise<boolean> | null = null
  let isSilent = false

  const answer = (): Promise<boolean> => {
    if (pending) return pending
    const reply = ask(redis).then(
      () => true,
      () => false,
    )
    pending = reply.then(given => {
      pending = null
      isSilent = !given
      return given
    })
    isAnsweredIn(reply, timeout).then(given => {
      if (!given) isSilent = true
    })
    return pending
  }

  return {
    answers: (ms = timeout) => isAnsweredIn(answer(), ms),
    isSilent() {
      // The new check detects when Redis is back.
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
