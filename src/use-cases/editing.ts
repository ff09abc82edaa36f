/**
 * Editors' actions on lists, articles and stories, shared by the admin UI and the command line, so that every action is
 * in the audit. Permissions are checked before.
 */

import type { ArticleId, StoryId } from '../domain/article.ts'
import type { SectionId } from '../domain/section.ts'
import type { Override } from '../lists/overrides.ts'
import type { Actor, Audit, Ended } from './audit-log.ts'

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
  readonly audit: Pick<Audit, 'around'>
}

const shown = ({ list, place, until, why, kind }: Override) => ({
  ...{ list, until: new Date(until).toISOString(), why },
  ...(kind === 'pin' ? { place } : {}),
})

/** What to record of an outcome: why nothing was done, or the values before and after. */
const describeOutcome =
  <Result>(describe: (result: Result) => Ended) =>
  (outcome: EditOutcome<Result>): Ended =>
    outcome.kind === 'done' ? describe(outcome.result) : { outcome: `refused: ${outcome.why}` }

const describeStory = describeOutcome((story: StoryId) => ({ after: { story } }))

export const createEditingActions = ({ edits, audit }: EditingActionParts): EditingActions => ({
  addOverride: (by, wanted) =>
    audit.around(
      { by, what: `list.${wanted.kind}`, on: wanted.what },
      () => edits.addOverride(wanted),
      describeOutcome(override => ({ after: shown(override) })),
    ),
  removeOverrides: (by, kind, what, list, editor = by.name) =>
    audit.around(
      { by, what: `list.un${kind}`, on: what },
      () => edits.removeOverrides(kind, what, list, editor),
      removed => removed.map(override => ({ before: shown(override) })),
    ),
  setSection: (by, article, section) =>
    audit.around(
      { by, what: 'article.section', on: article },
      () => edits.setSection(article, section, by.name),
      describeOutcome(({ before, after }) => ({
        before,
        after: section === null ? `${after}, by its evidence` : after,
      })),
    ),
  merge: (by, from, into) =>
    audit.around({ by, what: 'story.merge', on: from }, () => edits.merge(from, into), describeStory),
  split: (by, articles) =>
    audit.around({ by, what: 'story.split', on: articles.join(' ') }, () => edits.split(articles), describeStory),
})
