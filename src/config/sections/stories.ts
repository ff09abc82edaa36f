import { z } from 'zod'
import { span } from '../../util/units.ts'
import { LIVE, ON_RESTART } from './restart.ts'

/** When two articles are duplicates, and when they belong to one story. YAML key: `stories`. */
export const StorySettings = z
  .strictObject({
    window: span('1m')
      .prefault('7d')
      .describe('How long an article is compared with new ones to find duplicates, reprints and stories.'),
    joinWithin: span('1m').prefault('72h').describe('How long after its latest article a story accepts another.'),
    strictness: z
      .number()
      .min(0.5)
      .max(100)
      .default(1)
      .describe(
        'How much more alike than usual an article must be to a story to join it. Higher makes more and smaller stories: at 1.2 a tenth more or so, at 100 every article stands alone.',
      ),
    maxShare: z
      .number()
      .min(0.01)
      .max(1)
      .default(0.3)
      .describe(
        "Share of a section's latest articles from which its largest story is reported as too large, by status and by an alert.",
      ),
    snapshotFile: z
      .string()
      .default('./data/stories.snapshot')
      .describe(
        'Local file of the index of stories, about 2 KB an article, from which a restarted process continues at once. Without it, the process first goes through all that was decided within the window. Empty: none.',
      )
      .meta(ON_RESTART),
  })
  .prefault({})
  .meta(LIVE)
export type StorySettings = z.infer<typeof StorySettings>
