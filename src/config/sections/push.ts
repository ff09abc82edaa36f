import { z } from 'zod'
import { Duration, OptionalUrl, sizeFrom, span } from '../../util/units.ts'
import { LIVE } from './restart.ts'

/** Push by WebSub. YAML key: `push`. */
export const PushSettings = z
  .strictObject({
    baseUrl: OptionalUrl('https://desk.example.org')
      .default('')
      .describe(
        'Public URL of the admin server, without /push, at which hubs deliver: https://desk.example.org. Empty: push is off and every source is polled.',
      ),
    safetyInterval: span('1m').prefault('6h').describe('Time between polls of a source while push works for it.'),
    recent: span('1m')
      .prefault('3d')
      .describe(
        'How long after a delivery push counts as working. After that the source is polled as usual until the next delivery.',
      ),
    grace: Duration.prefault('5m').describe(
      'If a poll finds an item that push has not delivered within this time after publication, push counts as unreliable for a while.',
    ),
    lease: span('1m')
      .prefault('7d')
      .describe('Lease requested from hubs, which may grant another. Subscriptions are renewed before it ends.'),
    maxBody: sizeFrom(1_024, '1KB').prefault('5MB').describe('Maximum size of a delivery.'),
    perMinute: z
      .int()
      .min(1)
      .default(120)
      .describe('Maximum number of deliveries per source and minute; more get status 429, and the hub retries.'),
  })
  .prefault({})
  .meta(LIVE)
export type PushSettings = z.infer<typeof PushSettings>
