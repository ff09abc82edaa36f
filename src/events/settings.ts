import { z } from 'zod'
import { Duration } from '../settings/units.ts'

/** How reported reads are counted. YAML key: `events`. */
export const EventSettings = z
  .strictObject({
    span: Duration.prefault('30m').describe('One view counts per article and visitor within this time.'),
    halfLife: Duration.prefault('1h').describe('After this time a read weighs half in the window now.'),
    keep: Duration.prefault('1h').describe('How long counted events stay in the stream.'),
    batch: z.int().min(1).max(5_000).default(500).describe('Most events counted in one atomic call.'),
    latest: Duration.prefault('7d').describe('Events reported later than this after they happened are refused.'),
  })
  .prefault({})
export type EventSettings = z.infer<typeof EventSettings>
