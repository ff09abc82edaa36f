/** The story side of a running newsdesk, for commands that explain and edit. */

import { publishingTo } from '../../../jobs/queues.ts'
import { createArchive } from '../../archive/redis-archive.ts'
import { createChanges } from '../../lists/changes.ts'
import { changedBy } from '../../lists/names.ts'
import { editionsOf } from '../../lists/publisher.ts'
import { createWaiting } from '../../lists/waiting.ts'
import { createStories } from '../../story/stories.ts'
import type { Session } from '../session.ts'
import type { StoryEditParts } from '../story-edits.ts'

export const storyRooms = ({
  redis,
  keys,
  config,
  sources,
  queues,
}: Session): StoryEditParts & {
  readonly stories: ReturnType<typeof createStories>
  readonly archive: ReturnType<typeof createArchive>
} => ({
  stories: createStories({ redis, keys, settings: () => config.settings.stories, now: Date.now }),
  archive: createArchive({
    redis,
    keys,
    settings: () => config.settings.articles,
    weightOf: id => sources.get(id)?.weight ?? 1,
    parentOf: id => config.taxonomy.find(section => section.id === id)?.parent,
  }),
  publishing: publishingTo(queues, {
    publisher: {
      affectedBy: ({ sections }) =>
        changedBy(
          sections.filter(id => config.taxonomy.some(each => each.id === id)),
          editionsOf(config.settings.lists),
        ),
      // An editor moves articles; no text changes.
      relatedShowing: async () => [],
    },
    changes: createChanges({ redis, keys }),
    waiting: createWaiting({ redis, keys }),
  }),
  now: Date.now,
})
