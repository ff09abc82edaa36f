/**
 * Editors' actions on lists, articles and stories, shared by the admin UI and the command line, so that every action is
 * in the audit. Permissions are checked before.
 */

import type { ArticleId, StoryId } from '../domain/article.ts'
import type { SectionId } from '../domain/section.ts'
import type { Override } from '../lists/overrides.ts'
import { type Actor, type Audit, failureOf } from './audit-log.ts'

/** The result, or why nothing was done. */
export type EditOutcome<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  /** `missing`: the object does not exist (any more); `wrong`: the action is not possible. */
  | { readonly kind: 'missing' | 'wrong'; readonly why: string }

export interface OverrideRequest extends Pick<Override, 'kind' | 'list' | 'why'> {
  /** Id of an article; for a block also of a story. */
  readonly what: string
  readonly place?: number
  /** ms. */
  readonly lasts: number
  /** The editor's name, as shown with the override. */
  readonly by: string
}

/** The edits themselves, without the audit. */
export interface Edits {
  addOverride(wanted: OverrideRequest): Promise<EditOutcome<Override>>
  /** @param list null for every list that has it */
  removeOverrides(kind: Override['kind'], what: string, list: string | null, by: string): Promise<readonly Override[]>
  setSection(
    article: ArticleId,
    section: SectionId | null,
    by: string,
  ): Promise<EditOutcome<{ readonly before: SectionId; readonly after: SectionId }>>
  /** @returns the resulting story */
  merge(from: StoryId, into: StoryId): Promise<EditOutcome<StoryId>>
  split(articles: readonly ArticleId[]): Promise<EditOutcome<StoryId>>
}

export interface EditingActions {
  addOverride(by: Actor, wanted: OverrideRequest): Promise<EditOutcome<Override>>
  removeOverrides(
    by: Actor,
    kind: Override['kind'],
    what: string,
    list: string | null,
    editor?: string,
  ): Promise<readonly Override[]>
  /** @param section null removes the editor's choice */
  setSection(
    by: Actor,
    article: ArticleId,
    section: SectionId | null,
  ): Promise<EditOutcome<{ readonly before: SectionId; readonly after: SectionId }>>
  merge(by: Actor, from: StoryId, into: StoryId): Promise<EditOutcome<StoryId>>
  split(by: Actor, articles: readonly ArticleId[]): Promise<EditOutcome<StoryId>>
}

export interface EditingActionParts {
  readonly edits: Edits
  readonly audit: Pick<Audit, 'begin'>
}

const shown = ({ list, place, until, why, kind }: Override) => ({
  ...{ list, until: new Date(until).toISOString(), why },
  ...(kind === 'pin' ? { place } : {}),
})

export const createEditingActions = ({ edits, audit }: EditingActionParts): EditingActions => {
  /** Records how it ended, and the values before and after. */
  const runAudited = async <Result>(
    action: { readonly by: Actor; readonly what: string; readonly on: string },
    run: () => Promise<EditOutcome<Result>>,
    describe: (result: Result) => { readonly before?: unknown; readonly after?: unknown },
  ): Promise<EditOutcome<Result>> => {
    const end = await audit.begin(action)
    try {
      const outcome = await run()
      await end(outcome.kind === 'done' ? describe(outcome.result) : { outcome: `refused: ${outcome.why}` })
      return outcome
    } catch (error) {
      await end({ outcome: failureOf(error) })
      throw error
    }
  }
  return {
    addOverride: (by, wanted) =>
      runAudited(
        { by, what: `list.${wanted.kind}`, on: wanted.what },
        () => edits.addOverride(wanted),
        override => ({ after: shown(override) }),
      ),
    async removeOverrides(by, kind, what, list, editor = by.name) {
      const end = await audit.begin({ by, what: `list.un${kind}`, on: what })
      try {
        const lifted = await edits.removeOverrides(kind, what, list, editor)
        await end(...lifted.map(override => ({ before: shown(override) })))
        return lifted
      } catch (error) {
        await end({ outcome: failureOf(error) })
        throw error
      }
    },
    setSection: (by, article, section) =>
      runAudited(
        { by, what: 'article.section', on: article },
        () => edits.setSection(article, section, by.name),
        ({ before, after }) => ({ before, after: section === null ? `${after}, by its evidence` : after }),
      ),
    merge: (by, from, into) =>
      runAudited(
        { by, what: 'story.merge', on: from },
        () => edits.merge(from, into),
        story => ({ after: { story } }),
      ),
    split: (by, articles) =>
      runAudited(
        { by, what: 'story.split', on: articles.join(' ') },
        () => edits.split(articles),
        story => ({ after: { story } }),
      ),
  }
}
