/** Opens the articles and stories of a running newsdesk, for commands that explain and edit. */

import { createArticleStore } from '../articles/redis-store.ts'
import type { SectionId } from '../domain/section.ts'
import { createChanges } from '../lists/changes.ts'
import { createPublishQueue } from '../lists/publish-queue/publish-queue.ts'
import { configuredEditions, LISTS } from '../lists/registry.ts'
import { publishingTo } from '../queues/publishing.ts'
import { createStories } from '../stories/stories.ts'
import type { StoryEditParts } from '../use-cases/edit-stories.ts'
import type { Session } from './session.ts'

/** What the article store of a session is created with. */
export const articleStoreParts = ({ redis, keys, config }: Pick<Session, 'redis' | 'keys' | 'config'>) => ({
  ...{ redis, keys },
  retention: () => config.settings.articles.retention,
  poolSize: () => config.settings.lists.poolSize,
  parentOf: (id: SectionId) => config.taxonomy.find(section => section.id === id)?.parent,
})

export const openStories = ({
  redis,
  keys,
  config,
  sources,
  queues,
}: Session): StoryEditParts & {
  readonly stories: ReturnType<typeof createStories>
  readonly archive: ReturnType<typeof createArticleStore>
} => ({
  stories: createStories({ redis, keys, settings: () => config.settings.stories, now: Date.now }),
  archive: createArticleStore({
    ...articleStoreParts({ redis, keys, config }),
    weightOf: id => sources.get(id)?.weight ?? 1,
  }),
  publishing: publishingTo(queues, {
    publisher: {
      affectedBy: ({ sections }) =>
        LISTS.namesChangedBy(
          sections.filter(id => config.taxonomy.some(each => each.id === id)),
          configuredEditions(config.settings.lists),
        ),
      // Editors move articles between stories; related lists show none of that.
      relatedShowing: async () => [],
    },
    changes: createChanges({ redis, keys }),
    waiting: createPublishQueue({ redis, keys }),
  }),
  now: Date.now,
})
