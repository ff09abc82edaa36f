/**
 * Editors' actions on lists, articles and stories, shared by the admin UI and the command line, so that every action is
 * in the audit. Permissions are checked before.
 */

import type { ArticleId, StoryId } from '../domain/article.ts'
import type { SectionId } from '../domain/section.ts'
import type { Override } from '../lists/overrides.ts'
import { type Actor, type Audit, failureOf } from './audit-log.ts'

/** The result, or why nothing was done. */
export type Outcome<Result> =
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
  place(wanted: OverrideRequest): Promise<Outcome<Override>>
  /** @param list null for every list that has it */
  lift(kind: Override['kind'], what: string, list: string | null, by: string): Promise<readonly Override[]>
  file(
    article: ArticleId,
    section: SectionId | null,
    by: string,
  ): Promise<Outcome<{ readonly before: SectionId; readonly after: SectionId }>>
  /** @returns the resulting story */
  merge(from: StoryId, into: StoryId): Promise<Outcome<StoryId>>
  split(articles: readonly ArticleId[]): Promise<Outcome<StoryId>>
}

export interface EditingActs {
  place(by: Actor, wanted: OverrideRequest): Promise<Outcome<Override>>
  lift(
    by: Actor,
    kind: Override['kind'],
    what: string,
    list: string | null,
    editor?: string,
  ): Promise<readonly Override[]>
  /** @param section null removes the editor's choice */
  file(
    by: Actor,
    article: ArticleId,
    section: SectionId | null,
  ): Promise<Outcome<{ readonly before: SectionId; readonly after: SectionId }>>
  merge(by: Actor, from: StoryId, into: StoryId): Promise<Outcome<StoryId>>
  split(by: Actor, articles: readonly ArticleId[]): Promise<Outcome<StoryId>>
}

export interface EditingActsParts {
  readonly edits: Edits
  readonly audit: Pick<Audit, 'begin'>
}

const shown = ({ list, place, until, why, kind }: Override) => ({
  ...{ list, until: new Date(until).toISOString(), why },
  ...(kind === 'pin' ? { place } : {}),
})

export const createEditingActs = ({ edits, audit }: EditingActsParts): EditingActs => {
  /** Records how it ended, and the values before and after. */
  const runAudited = async <Result>(
    action: { readonly by: Actor; readonly what: string; readonly on: string },
    run: () => Promise<Outcome<Result>>,
    describe: (result: Result) => { readonly before?: unknown; readonly after?: unknown },
  ): Promise<Outcome<Result>> => {
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
    place: (by, wanted) =>
      runAudited(
        { by, what: `list.${wanted.kind}`, on: wanted.what },
        () => edits.place(wanted),
        placement => ({ after: shown(placement) }),
      ),
    async lift(by, kind, what, list, editor = by.name) {
      const end = await audit.begin({ by, what: `list.un${kind}`, on: what })
      try {
        const lifted = await edits.lift(kind, what, list, editor)
        await end(...lifted.map(placement => ({ before: shown(placement) })))
        return lifted
      } catch (error) {
        await end({ outcome: failureOf(error) })
        throw error
      }
    },
    file: (by, article, section) =>
      runAudited(
        { by, what: 'article.section', on: article },
        () => edits.file(article, section, by.name),
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
