/** `newsdesk story merge` and `story split`: an editor's hand on stories. */

import { publishingTo } from '../../../jobs/queues.ts'
import { createArchive } from '../../archive/redis-archive.ts'
import type { ArticleId, StoryId } from '../../article/article.ts'
import { createChanges } from '../../lists/changes.ts'
import { changedBy } from '../../lists/names.ts'
import { editionsOf } from '../../lists/publisher.ts'
import { createWaiting } from '../../lists/waiting.ts'
import { createStories } from '../../story/stories.ts'
import { type Session, withSession } from '../session.ts'
import { type Edited, mergeStories, type StoryEditParts, splitStory } from '../story-edits.ts'

/** The story side of a running newsdesk, for a command. */
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

const edit = (configDir: string, work: (parts: StoryEditParts) => Promise<Edited>): Promise<number> =>
  withSession(configDir, async session => {
    const outcome = await work(storyRooms(session))
    if (outcome.kind === 'done') console.log(outcome.story)
    else console.error(outcome.why)
    return outcome.kind === 'done' ? 0 : 1
  })

/** @returns 0, or 1 where there is no such story */
export const mergeCommand = (configDir: string, from: string, into: string): Promise<number> =>
  edit(configDir, parts => mergeStories(parts, from as StoryId, into as StoryId)) // looked up before anything is written

/** @returns 0, or 1 where the articles are not part of one story */
export const splitCommand = (configDir: string, articles: readonly string[]): Promise<number> =>
  edit(configDir, parts => splitStory(parts, articles as readonly ArticleId[])) // looked up before anything is written
