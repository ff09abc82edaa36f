/** What machines ask of a process: is it alive, can it work, what did it do. Open to whoever reaches the port: nothing in it is secret. */

import type { Redis } from 'ioredis'
import type { Gauges } from './gauges.ts'

export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** @returns null for a path that is none of theirs */
export type Probes = (path: string) => Promise<Answer | null>

/** ms Redis may take to answer before this process counts as not ready. */
const READY_WITHIN = 2_000

const json = (status: number, value: object): Answer => ({
  status,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(value),
})

const answers = async (redis: Redis): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(false), READY_WITHIN)
  })
  try {
    return await Promise.race([redis.ping().then(() => true), late])
  } catch {
    // Not ready is the answer; why Redis cannot be reached is in the log.
    return false
  } finally {
    clearTimeout(timer)
  }
}

export const createProbes =
  ({ redis, gauges }: { redis: Redis; gauges: Gauges }): Probes =>
  async path => {
    if (path === '/healthz') return json(200, { status: 'alive' })
    if (path === '/readyz')
      return (await answers(redis))
        ? json(200, { status: 'ready' })
        : json(503, { status: 'not ready', why: 'Redis does not answer' })
    if (path === '/metrics') return { status: 200, type: gauges.contentType, body: await gauges.scrape() }
    return null
  }
