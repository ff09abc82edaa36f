/** What an editor's hand changes of lists, articles and stories: written where it stands, then followed by the lists it reaches. */

import type { Publishing } from '../../jobs/context.ts'
import type { Edits, Outcome } from '../admin/editing.ts'
import type { Archive } from '../archive/archive.ts'
import type { ArticleId, StoryId } from '../article/article.ts'
import type { Taxonomy } from '../article/taxonomy.ts'
import { covers, type Editors, EVERYWHERE, PlacementError } from '../lists/editors.ts'
import { type Edited, mergeStories, type StoryEditParts, splitStory } from './story-edits.ts'

export interface EditsParts extends StoryEditParts {
  readonly archive: StoryEditParts['archive'] & Pick<Archive, 'file'>
  readonly publishing: Pick<Publishing, 'changed' | 'lists'>
  readonly editors: Pick<Editors, 'place' | 'lift'>
  /** Every list but those related to one article. */
  readonly names: () => readonly string[]
  readonly taxonomy: () => Taxonomy
}

const NOTHING_INGESTED = {
  ...{ articles: [], stories: [], sections: [], edited: [] },
  ...{ added: 0, came: [], updated: 0, merged: 0, unchanged: 0 },
}

const outcomeOf = (edited: Edited): Outcome<StoryId> =>
  edited.kind === 'done' ? { kind: 'done', result: edited.story } : { kind: 'wrong', why: edited.why }

export const createEdits = (parts: EditsParts): Edits => {
  const { archive, publishing, editors, names, taxonomy, now } = parts

  /** Lists that a pin or block may change: written anew at once. */
  const touched = (list: string): readonly string[] =>
    list === EVERYWHERE || list === 'related'
      ? names()
      : names().filter(name => name === list || name.startsWith(`${list}:`))

  /** @param articles in whose related lists something changed, where it reaches those */
  const publish = async (lists: readonly string[], articles: readonly ArticleId[]): Promise<void> => {
    await publishing.lists([...new Set(lists.flatMap(touched))])
    if (lists.some(list => covers(list, 'related'))) await publishing.changed({ ...NOTHING_INGESTED, edited: articles })
  }

  return {
    async place({ kind, what, list, place = 1, lasts, by, why }) {
      const [article] = await archive.articles([what as ArticleId]) // looked up
      const [story] = kind === 'block' && !article ? await archive.stories([what as StoryId]) : [] // looked up
      if (!article && !story) {
        const named = `No article ${kind === 'block' ? 'or story ' : ''}${JSON.stringify(what)}`
        return { kind: 'missing', why: `${named}: it expired, or never was.` }
      }
      const at = now()
      try {
        const placed = await editors.place({
          ...{ kind, list, place, by, why, at },
          what: article?.id ?? what,
          until: at + lasts,
        })
        await publish([list], article ? [article.id] : (story?.articles ?? []))
        return { kind: 'done', result: placed }
      } catch (error) {
        if (!(error instanceof PlacementError)) throw error
        return { kind: 'wrong', why: error.message }
      }
    },

    async lift(kind, what, list, by) {
      const lifted = await editors.lift(kind, what, list, by, now())
      if (lifted.length === 0) return lifted
      const [story] = await archive.stories([what as StoryId]) // looked up
      await publish(
        lifted.map(each => each.list),
        [what as ArticleId, ...(story?.articles ?? [])], // one that is none is looked up in vain
      )
      return lifted
    },

    async file(id, section, by) {
      if (section !== null && !taxonomy().some(each => each.id === section))
        return { kind: 'wrong', why: `There is no section ${JSON.stringify(section)}.` }
      const [article] = await archive.articles([id])
      const filed = article && (await archive.file(article.id, section, by, now()))
      if (!filed) return { kind: 'missing', why: `No article ${JSON.stringify(id)}: it expired, or never was.` }
      await publishing.changed(filed.ingested)
      return { kind: 'done', result: { before: filed.before, after: filed.after } }
    },

    merge: async (from, into) => outcomeOf(await mergeStories(parts, from, into)),
    split: async articles => outcomeOf(await splitStory(parts, articles)),
  }
}
