/** Merges and splits stories for editors. */

import type { ArticleStore } from '../articles/store.ts'
import type { ArticleId, StoryId } from '../domain/article.ts'
import type { Stories } from '../domain/story-decision.ts'
import type { Publishing } from '../queues/publishing.ts'
import { formatSplitId } from '../stories/rules/story.ts'
import type { EditOutcome } from './editing.ts'

export interface StoryEditParts {
  readonly stories: Pick<Stories, 'merge' | 'split' | 'explain'>
  readonly archive: Pick<ArticleStore, 'articles' | 'stories' | 'merge' | 'split'>
  readonly publishing: Pick<Publishing, 'changed'>
  /** ms since the epoch. */
  readonly now: () => number
}

const refused = (why: string): EditOutcome<StoryId> => ({ kind: 'wrong', why })

export const mergeStories = async (
  { stories, archive, publishing, now }: StoryEditParts,
  from: StoryId,
  into: StoryId,
): Promise<EditOutcome<StoryId>> => {
  if (from === into) return refused('a story cannot be merged into itself')
  const found = await archive.stories([from, into])
  const missing = [from, into].filter((_, index) => !found[index])
  if (missing.length > 0) return refused(`no story ${missing.join(', ')}: it expired, or was merged into another`)
  // A story outside the clustering window gets no new articles: the archive is all there is to change.
  await stories.merge(from, into)
  await publishing.changed(await archive.merge(from, into, now()))
  return { kind: 'done', result: into }
}

export const splitStory = async (
  { stories, archive, publishing, now }: StoryEditParts,
  ids: readonly ArticleId[],
): Promise<EditOutcome<StoryId>> => {
  const found = await archive.articles(ids)
  const missing = ids.filter((_, index) => !found[index])
  if (missing.length > 0) return refused(`no article ${missing.join(', ')}`)
  const articles = found.flatMap(article => article ?? [])
  const [from, ...others] = [...new Set(articles.map(({ story }) => story))]
  const [first] = articles
  if (from === undefined || first === undefined || others.length > 0)
    return refused('the articles are of several stories')
  const [story] = await archive.stories([from])
  const own = articles.map(({ id }) => id)
  if (story?.articles.every(id => own.includes(id))) return refused('these are all articles of the story')
  const pin = await stories.split(own)
  // Not pinned: it was split before but the archive was not updated; or it is outside the clustering window, and the
  // archive is all there is to change.
  const standing = pin === null ? (await stories.explain(first.id))?.decision.story : undefined
  const to =
    pin?.kind === 'split'
      ? pin.to
      : standing !== undefined && standing !== from
        ? standing
        : formatSplitId(first.id, now())
  await publishing.changed(await archive.split(from, to, pin?.kind === 'split' ? pin.articles : own, now()))
  return { kind: 'done', result: to }
}
