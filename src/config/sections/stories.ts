import { z } from 'zod'
import { span } from '../../util/units.ts'
import { LIVE } from './restart.ts'

/** When articles are the same, and when they tell the same event. YAML key: `stories`. */
export const StorySettings = z
  .strictObject({
    window: span('1m')
      .prefault('7d')
      .describe('How long an article is remembered for recognising duplicates, reprints and its story.'),
    joinWithin: span('1m')
      .prefault('72h')
      .describe('How long after its latest article a story still takes in another.'),
    caution: z
      .number()
      .min(-5)
      .max(50)
      .default(0)
      .describe(
        'How much more evidence (in nats; the usual need is about 9) an article must bring to join a story. Higher makes more and smaller stories.',
      ),
  })
  .prefault({})
  .meta(LIVE)
export type StorySettings = z.infer<typeof StorySettings>
