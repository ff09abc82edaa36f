/** Pins, blocks, sections and stories as editors change them, and what follows for lists and hashes. */

import type { ArticleStore, StoredArticle } from '../articles/store.ts'
import type { ArticleId, StoryId } from '../domain/article.ts'
import { articleId, canonicalUrl } from '../domain/canonical-url.ts'
import type { Taxonomy } from '../domain/section.ts'
import { covers, OverrideError, type Overrides } from '../lists/overrides.ts'
import { RELATED } from '../lists/registry.ts'
import type { Publishing } from '../queues/publishing.ts'
import { mergeStories, type StoryEditParts, splitStory } from './edit-stories.ts'
import type { Edits } from './editing.ts'
import type { BlockFollower } from './follow-blocks.ts'

export interface EditsParts extends StoryEditParts {
  readonly archive: StoryEditParts['archive'] & Pick<ArticleStore, 'setSection'>
  readonly publishing: Pick<Publishing, 'changed' | 'lists'>
  readonly editors: Pick<Overrides, 'place' | 'lift'>
  /** Every list except related lists. */
  readonly names: () => readonly string[]
  /** Lists that are configured no longer and were not deleted yet: they lose what is blocked. */
  readonly retiring: () => Promise<readonly string[]>
  readonly taxonomy: () => Taxonomy
  readonly blocks: BlockFollower
  /** Articles whose related lists name any of these. */
  readonly relatedNaming: (articles: readonly Pick<StoredArticle, 'id' | 'url'>[]) => Promise<readonly ArticleId[]>
}

/** What editors do, and what follows when blocks end. */
export interface FollowedEdits extends Edits {
  /** Updates hashes and related lists after blocks that have ended, and after edits whose process died. */
  follow(): Promise<void>
}

const NOTHING_INGESTED = {
  moved: [],
  aliases: [],
  ...{ articles: [], stories: [], sections: [], edited: [] },
  ...{ added: 0, addedIds: [], updated: 0, merged: 0, unchanged: 0 },
}

/** A URL stands for the article that has it, or will have it. */
const resolveId = (what: string): string => {
  const url = /^https?:/i.test(what) ? canonicalUrl(what) : null
  return url === null ? what : articleId(url)
}

/** Publishes what pins and blocks change. */
const createOverridePublishing = ({ archive, publishing, names, retiring, blocks, relatedNaming }: EditsParts) => {
  /** Lists that a pin or block may change: rewritten at once. */
  const findAffected = (list: string, all: readonly string[]): readonly string[] =>
    list === RELATED ? all : all.filter(name => covers(list, name))

  /** The articles that a list may show in place of these: all articles of their stories. */
  const withStoryArticles = async (articles: readonly ArticleId[]): Promise<ArticleId[]> => {
    const found = (await archive.articles(articles)).flatMap(article => article ?? [])
    const stories = await archive.stories([...new Set(found.map(({ story }) => story))])
    return [...new Set([...articles, ...found.map(({ id }) => id), ...stories.flatMap(story => story?.articles ?? [])])]
  }

  /**
   * Updates hashes, lists and, if affected, related lists after overrides were added or removed.
   * @param articles the articles that were blocked or unblocked @param isBlock whether they are blocked from now on
   */
  const publish = async (lists: readonly string[], articles: readonly ArticleId[], isBlock: boolean): Promise<void> => {
    const followed = await blocks.follow()
    const all = [...new Set([...articles, ...followed.articles])]
    const reachesRelated = followed.articles.length > 0 || lists.some(list => covers(list, 'related'))
    const edited = reachesRelated ? await withStoryArticles(all) : []
    const naming =
      reachesRelated && isBlock ? await relatedNaming((await archive.articles(all)).flatMap(each => each ?? [])) : []
    // Marked as changed before any list is ranked: the cached articles are outdated.
    const own = [...new Set([...all, ...naming])]
    if (reachesRelated)
      await publishing.changed({ ...NOTHING_INGESTED, articles: own, stories: followed.stories, edited: edited })
    const standing = [...names(), ...(await retiring())]
    await publishing.lists([...new Set(lists.flatMap(list => findAffected(list, standing)))])
  }

  return { withStoryArticles, publish }
}

export const createEdits = (parts: EditsParts): FollowedEdits => {
  const { archive, publishing, editors, taxonomy, now, blocks } = parts

  const { withStoryArticles, publish } = createOverridePublishing(parts)

  return {
    async addOverride({ kind, what: named, list, place = 1, lasts, by, why }) {
      const what = resolveId(named)
      const [article] = await archive.articles([what as ArticleId]) // looked up
      const [story] = kind === 'block' && !article ? await archive.stories([what as StoryId]) : [] // looked up
      // A URL may be blocked before its article comes.
      const isUpcoming = kind === 'block' && what !== named
      if (!article && !story && !isUpcoming) {
        const unknown = `No article ${kind === 'block' ? 'or story ' : ''}${JSON.stringify(named)}`
        return { kind: 'missing', why: `${unknown}: it expired, or never existed.` }
      }
      const at = now()
      try {
        const placed = await editors.place({
          ...{ kind, list, place, by, why, at },
          what: article?.id ?? what,
          until: at + lasts,
        })
        await publish([list], article ? [article.id] : (story?.articles ?? []), kind === 'block')
        return { kind: 'done', result: placed }
      } catch (error) {
        if (!(error instanceof OverrideError)) throw error
        return { kind: 'wrong', why: error.message }
      }
    },

    async removeOverrides(kind, named, list, by) {
      const what = resolveId(named)
      const [article] = await archive.articles([what as ArticleId]) // looked up
      const lifted = [
        ...(await editors.lift(kind, what, list, by, now())),
        // The override may be stored under the article's id, though it is named here by another of its URLs.
        ...(article && article.id !== what ? await editors.lift(kind, article.id, list, by, now()) : []),
      ]
      if (lifted.length === 0) return lifted
      const [story] = await archive.stories([what as StoryId]) // looked up
      await publish(
        lifted.map(each => each.list),
        [...(article ? [article.id] : []), ...(story?.articles ?? [])],
        false,
      )
      return lifted
    },

    async follow() {
      const { articles, stories } = await blocks.follow()
      if (articles.length === 0) return
      await publishing.changed({ ...NOTHING_INGESTED, articles, stories, edited: await withStoryArticles(articles) })
    },

    async setSection(id, section, by) {
      if (section !== null && !taxonomy().some(each => each.id === section))
        return { kind: 'wrong', why: `There is no section ${JSON.stringify(section)}.` }
      const [article] = await archive.articles([id])
      const filed = article && (await archive.setSection(article.id, section, by, now()))
      if (!filed) return { kind: 'missing', why: `No article ${JSON.stringify(id)}: it expired, or never existed.` }
      await publishing.changed(filed.ingested)
      return { kind: 'done', result: { before: filed.before, after: filed.after } }
    },

    merge: (from, into) => mergeStories(parts, from, into),
    split: articles => splitStory(parts, articles),
  }
}
