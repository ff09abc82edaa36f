import { z } from 'zod'
import { Duration, Size } from '../settings/units.ts'

/** Push by WebSub. YAML key: `push`. */
export const PushSettings = z
  .strictObject({
    baseUrl: z
      .string()
      .regex(/^(https?:\/\/\S+)?$/, 'must be an http or https URL, such as https://desk.example.org, or empty')
      .default('')
      .describe(
        'URL at which hubs reach the admin server from outside, without /push: https://desk.example.org. Empty: no push, all sources are polled.',
      ),
    safetyInterval: Duration.prefault('6h').describe('Time between polls of a source while push brings its news.'),
    recent: Duration.prefault('3d').describe(
      'Push is taken to work for this long after a delivery; then the source is polled as usual until the next one.',
    ),
    grace: Duration.prefault('5m').describe(
      'An item that a poll finds, and push has not brought this long after its publication, was missed: push is then distrusted for a while.',
    ),
    lease: Duration.prefault('7d').describe('Lease asked of a hub; it may grant another. Renewed before it ends.'),
    maxBody: Size.prefault('5MB').describe('Largest delivery taken in.'),
    perMinute: z
      .int()
      .min(1)
      .default(120)
      .describe('Most deliveries a minute for one source; more are answered 429, and the hub comes again.'),
  })
  .prefault({})
export type PushSettings = z.infer<typeof PushSettings>
