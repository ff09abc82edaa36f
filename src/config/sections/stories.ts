import { z } from 'zod'
import { span } from '../../util/units.ts'
import { LIVE } from './restart.ts'

/** When two articles are duplicates, and when they belong to one story. YAML key: `stories`. */
export const StorySettings = z
  .strictObject({
    window: span('1m')
      .prefault('7d')
      .describe('How long an article is compared with new ones to find duplicates, reprints and stories.'),
    joinWithin: span('1m').prefault('72h').describe('How long after its latest article a story accepts another.'),
    threshold: z
      .number()
      .min(-5)
      .max(50)
      .default(0)
      .describe(
        'Evidence (in nats) that an article needs to join a story, in addition to the usual 9 or so. A higher threshold makes more and smaller stories.',
      ),
  })
  .prefault({})
  .meta(LIVE)
export type StorySettings = z.infer<typeof StorySettings>
