/** What machines ask of a process: is it alive, can it work, what did it do. Open to whoever reaches the port: nothing in it is secret. */

import type { Pulse } from '../redis/pulse.ts'
import type { Gauges } from './gauges.ts'

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

export const createProbes =
  ({ pulse, gauges }: { pulse: Pulse; gauges: Gauges }): Probes =>
  async path => {
    // What says how this process is waits for nothing but itself.
    if (path === '/healthz' || path === '/livez') return json(200, { status: 'alive' })
    if (path === '/readyz')
      return (await pulse.answers())
        ? json(200, { status: 'ready' })
        : json(503, { status: 'not ready', why: 'Redis does not answer' })
    if (path === '/metrics') return { status: 200, type: gauges.contentType, body: await gauges.scrape() }
    return null
  }
