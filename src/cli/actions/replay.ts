/** `newsdesk replay`: recounts the events that are still in the stream, for instance after a rule changed. */

import pc from 'picocolors'
import { createReplay, ReplayError } from '../../events/replay.ts'
import { Duration } from '../../util/units.ts'
import { withSession } from '../session.ts'

export interface ReplayOptions {
  readonly from: string
  readonly totals: boolean
  readonly json: boolean
}

/** Parses a time (ISO 8601) or an age such as `2h`. @returns ms since the epoch, or null */
const parseMoment = (written: string, now: number): number | null => {
  const ago = Duration.safeParse(written)
  if (ago.success) return now - ago.data
  const at = Date.parse(written)
  return Number.isFinite(at) ? at : null
}

/** @returns the exit code */
export const replayCommand = async (
  configDir: string,
  { from: written, totals, json }: ReplayOptions,
): Promise<number> => {
  const from = parseMoment(written, Date.now())
  if (from === null) {
    console.error(
      pc.red(`--from ${JSON.stringify(written)}: must be a time such as 2026-05-04T12:00:00Z, or an age such as 2h`),
    )
    return 2
  }
  return withSession(configDir, async session => {
    const { redis, keys, config } = session
    let reportedAt = 0
    const replay = createReplay({
      redis,
      keys,
      archive: (await session.container()).articleStore,
      settings: () => config.settings.events,
      now: Date.now,
      onProgress: (read, most) => {
        if (json || Date.now() - reportedAt < 1_000) return
        reportedAt = Date.now()
        console.error(`${read} events read, of ${most} in the stream`)
      },
    })
    try {
      const done = await replay.run({ from, totals })
      if (json) console.log(JSON.stringify({ ...done, from: new Date(done.from).toISOString() }))
      else
        console.log(
          `Recounted since ${new Date(done.from).toISOString()}: ${done.counted} of ${done.read} events read.${totals ? ` ${done.totals} totals changed.` : ''} Lists change at their next refresh.`,
        )
      return 0
    } catch (error) {
      if (!(error instanceof ReplayError)) throw error
      console.error(pc.red(error.message))
      return 1
    }
  })
}
