/** What machines ask of a process: is it alive, can it work, what did it do. Open to whoever reaches the port: nothing in it is secret. */

import { type HealthCheck, withTimeout } from '../redis/health-check.ts'
import type { Metrics } from './metrics/metrics.ts'

export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** @returns null for a path that is none of theirs */
export type Probes = (path: string) => Promise<Answer | null>

const json = (status: number, value: object): Answer => ({
  status,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(value),
})

export interface ProbeParts {
  readonly pulse: HealthCheck
  readonly gauges: Metrics
  /** What Redis lacks that newsdesk cannot work without; empty where all is there. */
  readonly missing: () => Promise<readonly string[]>
}

/** ms that reading what is missing may take, once Redis has answered. */
const WITHIN = 2_000

export const createProbes = ({ pulse, gauges, missing }: ProbeParts): Probes => {
  const ready = async (): Promise<Answer> => {
    const notReady = (why: string) => json(503, { status: 'not ready', why })
    // What is missing cannot be told where it does not answer, or no more; why is in the log.
    const lacks = (await pulse.answers()) ? await withTimeout(missing(), WITHIN).catch(() => null) : null
    if (lacks === null) return notReady('Redis does not answer')
    return lacks.length === 0
      ? json(200, { status: 'ready' })
      : notReady(`Redis came back without what newsdesk needs: ${lacks.join(', ')}`)
  }

  return async path => {
    // What says how this process is waits for nothing but itself.
    if (path === '/healthz' || path === '/livez') return json(200, { status: 'alive' })
    if (path === '/readyz') return ready()
    if (path === '/metrics') return { status: 200, type: gauges.contentType, body: await gauges.scrape() }
    return null
  }
}
