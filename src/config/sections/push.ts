import { z } from 'zod'
import { Duration, OptionalUrl, sizeFrom, span } from '../../util/units.ts'
import { LIVE } from './restart.ts'

/** Push by WebSub. YAML key: `push`. */
export const PushSettings = z
  .strictObject({
    baseUrl: OptionalUrl('https://desk.example.org')
      .default('')
      .describe(
        'URL at which hubs reach the admin server from outside, without /push: https://desk.example.org. Empty: no push, all sources are polled.',
      ),
    safetyInterval: span('1m').prefault('6h').describe('Time between polls of a source while push brings its news.'),
    recent: span('1m')
      .prefault('3d')
      .describe(
        'Push is taken to work for this long after a delivery; then the source is polled as usual until the next one.',
      ),
    grace: Duration.prefault('5m').describe(
      'An item that a poll finds, and push has not brought this long after its publication, was missed: push is then distrusted for a while.',
    ),
    lease: span('1m').prefault('7d').describe('Lease asked of a hub; it may grant another. Renewed before it ends.'),
    maxBody: sizeFrom(1_024, '1KB').prefault('5MB').describe('Largest delivery taken in.'),
    perMinute: z
      .int()
      .min(1)
      .default(120)
      .describe('Most deliveries a minute for one source; more are answered 429, and the hub comes again.'),
  })
  .prefault({})
  .meta(LIVE)
export type PushSettings = z.infer<typeof PushSettings>
