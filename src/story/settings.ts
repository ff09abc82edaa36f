import { z } from 'zod'
import { Duration } from '../settings/units.ts'

/** When articles are the same, and when they tell the same event. YAML key: `stories`. */
export const StorySettings = z
  .strictObject({
    window: Duration.prefault('7d').describe(
      'How long an article is remembered for recognising duplicates, reprints and its story.',
    ),
    joinWithin: Duration.prefault('72h').describe('How long after its latest article a story still takes in another.'),
    likeness: z
      .number()
      .min(0.05)
      .max(0.95)
      .default(0.3)
      .describe(
        'How alike (cosine, 0 to 1) an article must be to a story to join it. Higher makes more and smaller stories.',
      ),
  })
  .prefault({})
export type StorySettings = z.infer<typeof StorySettings>
