/**
 * Probes of a process: liveness, readiness, metrics. Open to anybody who reaches the port: nothing in them is secret.
 */

import { explainReply } from '../redis/explain-reply.ts'
import { type HealthCheck, withTimeout } from '../redis/health-check.ts'
import type { WriteRejection } from '../redis/write-check.ts'
import type { Metrics } from './metrics/metrics.ts'

export interface ProbeAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** @returns null for other paths */
export type Probes = (path: string) => Promise<ProbeAnswer | null>

const json = (status: number, value: object): ProbeAnswer => ({
  status,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(value),
})

export interface ProbeParts {
  readonly pulse: HealthCheck
  readonly gauges: Metrics
  /** Data missing from Redis that newsdesk cannot work without; empty if nothing is missing. */
  readonly missing: () => Promise<readonly string[]>
  /** Why Redis rejects writes; null if it accepts them. */
  readonly rejection: () => WriteRejection | null
  /** Whether this process serves lists, which can be read while Redis rejects writes. */
  readonly servesReaders: boolean
}

/** Timeout, ms, for reading what is missing, once Redis has answered. */
const WITHIN = 2_000

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

export const createProbes = ({ pulse, gauges, missing, rejection, servesReaders }: ProbeParts): Probes => {
  const ready = async (): Promise<ProbeAnswer> => {
    const notReady = (why: string) => json(503, { status: 'not ready', why })
    const missingData = (await pulse.answers()) ? await withTimeout(missing(), WITHIN).catch(asError) : null
    // If Redis does not answer (any more), what is missing is unknown; the log has the reason.
    if (missingData === null || missingData instanceof Error)
      return notReady(explainReply(missingData)?.text ?? 'Redis does not answer')
    if (missingData.length > 0)
      return notReady(`Redis came back without what newsdesk needs: ${missingData.join(', ')}`)
    const why = rejection()?.text
    if (why === undefined) return json(200, { status: 'ready' })
    // A load balancer that stopped asking would take the lists from readers, too.
    return servesReaders ? json(200, { status: 'ready to read', why }) : notReady(why)
  }

  return async path => {
    // Liveness depends on nothing but this process.
    if (path === '/healthz' || path === '/livez') return json(200, { status: 'alive' })
    if (path === '/readyz') return ready()
    if (path === '/metrics') return { status: 200, type: gauges.contentType, body: await gauges.scrape() }
    return null
  }
}
