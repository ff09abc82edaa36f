import type { ArticleStore, StoredArticle } from '../articles/store.ts'
import type { ArticleId, StoryId } from '../domain/article.ts'
import { articleId, canonicalUrl } from '../domain/canonical-url.ts'
import type { Taxonomy } from '../domain/section.ts'
import { covers, EVERYWHERE, OverrideError, type Overrides } from '../lists/overrides.ts'
import type { Publishing } from '../queues/publishing.ts'
import { type Edited, mergeStories, type StoryEditParts, splitStory } from './edit-stories.ts'
import type { Edits, Outcome } from './editing.ts'
import type { Blocks } from './follow-blocks.ts'

export interface EditsParts extends StoryEditParts {
  readonly archive: StoryEditParts['archive'] & Pick<ArticleStore, 'setSection'>
  readonly publishing: Pick<Publishing, 'changed' | 'lists'>
  readonly editors: Pick<Overrides, 'place' | 'lift'>
  /** Every list but those related to one article. */
  readonly names: () => readonly string[]
  readonly taxonomy: () => Taxonomy
  readonly blocks: Blocks
  /** Articles whose related lists name any of these. */
  readonly relatedNaming: (articles: readonly Pick<StoredArticle, 'id' | 'url'>[]) => Promise<readonly ArticleId[]>
}

/** What editors do, and what time does to it. */
export interface FollowedEdits extends Edits {
  /** Has hashes and related lists follow blocks that have ended, and those that somebody died over. */
  follow(): Promise<void>
}

const NOTHING_INGESTED = {
  ...{ articles: [], stories: [], sections: [], edited: [] },
  ...{ added: 0, addedIds: [], updated: 0, merged: 0, unchanged: 0 },
}

const outcomeOf = (edited: Edited): Outcome<StoryId> =>
  edited.kind === 'done' ? { kind: 'done', result: edited.story } : { kind: 'wrong', why: edited.why }

/** An address names the article that has it, or will. */
const idOf = (what: string): string => {
  const url = /^https?:/i.test(what) ? canonicalUrl(what) : null
  return url === null ? what : articleId(url)
}

export const createEdits = (parts: EditsParts): FollowedEdits => {
  const { archive, publishing, editors, names, taxonomy, now, blocks, relatedNaming } = parts

  /** Lists that a pin or block may change: written anew at once. */
  const touched = (list: string): readonly string[] =>
    list === EVERYWHERE || list === 'related'
      ? names()
      : names().filter(name => name === list || name.startsWith(`${list}:`))

  /** All that a list may name where it names one of these: the articles of their stories. */
  const toldWith = async (articles: readonly ArticleId[]): Promise<ArticleId[]> => {
    const found = (await archive.articles(articles)).flatMap(article => article ?? [])
    const stories = await archive.stories([...new Set(found.map(({ story }) => story))])
    return [...new Set([...articles, ...found.map(({ id }) => id), ...stories.flatMap(story => story?.articles ?? [])])]
  }

  /**
   * Everything follows what was placed or lifted: hashes, the lists, and where it reaches those, related lists.
   * @param articles that were kept off, or are back; @param isBlock whether they are to be nowhere from now on
   */
  const publish = async (lists: readonly string[], articles: readonly ArticleId[], isBlock: boolean): Promise<void> => {
    const followed = await blocks.follow()
    const all = [...new Set([...articles, ...followed.articles])]
    const reachesRelated = followed.articles.length > 0 || lists.some(list => covers(list, 'related'))
    const told = reachesRelated ? await toldWith(all) : []
    const naming =
      reachesRelated && isBlock ? await relatedNaming((await archive.articles(all)).flatMap(each => each ?? [])) : []
    // Noted before any list is ranked anew: what is kept in memory is from before.
    const own = [...new Set([...all, ...naming])]
    if (reachesRelated)
      await publishing.changed({ ...NOTHING_INGESTED, articles: own, stories: followed.stories, edited: told })
    await publishing.lists([...new Set(lists.flatMap(touched))])
  }

  return {
    async place({ kind, what: named, list, place = 1, lasts, by, why }) {
      const what = idOf(named)
      const [article] = await archive.articles([what as ArticleId]) // looked up
      const [story] = kind === 'block' && !article ? await archive.stories([what as StoryId]) : [] // looked up
      // What has an address may be kept off before it comes.
      const isToCome = kind === 'block' && what !== named
      if (!article && !story && !isToCome) {
        const unknown = `No article ${kind === 'block' ? 'or story ' : ''}${JSON.stringify(named)}`
        return { kind: 'missing', why: `${unknown}: it expired, or never was.` }
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

    async lift(kind, named, list, by) {
      const what = idOf(named)
      const [article] = await archive.articles([what as ArticleId]) // looked up
      const lifted = [
        ...(await editors.lift(kind, what, list, by, now())),
        // Placed under the id it has, named by another of its addresses.
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
      await publishing.changed({ ...NOTHING_INGESTED, articles, stories, edited: await toldWith(articles) })
    },

    async file(id, section, by) {
      if (section !== null && !taxonomy().some(each => each.id === section))
        return { kind: 'wrong', why: `There is no section ${JSON.stringify(section)}.` }
      const [article] = await archive.articles([id])
      const filed = article && (await archive.setSection(article.id, section, by, now()))
      if (!filed) return { kind: 'missing', why: `No article ${JSON.stringify(id)}: it expired, or never was.` }
      await publishing.changed(filed.ingested)
      return { kind: 'done', result: { before: filed.before, after: filed.after } }
    },

    merge: async (from, into) => outcomeOf(await mergeStories(parts, from, into)),
    split: async articles => outcomeOf(await splitStory(parts, articles)),
  }
}
