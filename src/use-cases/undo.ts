/**
 * Undoes what an editor or admin just did, through the same audited actions. Nothing is undone where the state has
 * changed since: what somebody else did meanwhile stays.
 */

import { z } from 'zod'
import type { ArticleStore } from '../articles/store.ts'
import type { UserRole } from '../domain/actor.ts'
import type { ArticleId, StoryId } from '../domain/article.ts'
import { SourceId } from '../domain/source.ts'
import { Override } from '../lists/overrides.ts'
import { CatalogueError, StandingSource } from '../sources/catalogue/catalogue.ts'
import type { Sources } from '../sources/store/sources.ts'
import type { Actor } from './audit-log.ts'
import type { EditingActions, EditOutcome } from './editing.ts'
import type { SourceActions } from './source-actions.ts'

const Article = z.string().transform(id => id as ArticleId) // written by a route
const Story = z.string().transform(id => id as StoryId) // likewise

export const Undo = z.discriminatedUnion('kind', [
  /** A pin or block was set; `before` is the one it replaced. */
  z.object({
    kind: z.literal('placed'),
    override: Override,
    before: Override.nullable(),
    /** Pins that were ended to make room for it. */
    ended: z.array(Override).default([]),
  }),
  /** Pins or blocks were ended. */
  z.object({ kind: z.literal('lifted'), overrides: z.array(Override) }),
  /** An editor chose a section; null is the one by evidence. */
  z.object({ kind: z.literal('section'), article: Article, from: z.string().nullable(), to: z.string().nullable() }),
  z.object({ kind: z.literal('split'), from: Story, to: Story, articles: z.array(Article) }),
  /** The articles of each story that was merged. */
  z.object({ kind: z.literal('merged'), into: Story, groups: z.array(z.array(Article)) }),
  /** Sources were paused or resumed: `enabled` is what they are now. */
  z.object({ kind: z.literal('enabled'), ids: z.array(SourceId), enabled: z.boolean() }),
  z.object({ kind: z.literal('removed'), sources: z.array(StandingSource) }),
  /** Settings of a source were changed. */
  z.object({ kind: z.literal('edited'), before: StandingSource, after: StandingSource }),
])
export type Undo = z.infer<typeof Undo>

const ROLE: Readonly<Record<Undo['kind'], UserRole>> = {
  placed: 'editor',
  lifted: 'editor',
  section: 'editor',
  split: 'editor',
  merged: 'editor',
  enabled: 'admin',
  removed: 'admin',
  edited: 'admin',
}

/** The role that undoing takes: the one that doing it took. */
export const roleToUndo = ({ kind }: Undo): UserRole => ROLE[kind]

export interface UndoParts {
  readonly editingActions: EditingActions
  readonly sourceActions: Pick<SourceActions, 'setEnabled' | 'restore'>
  readonly sources: Pick<Sources, 'get'>
  readonly archive: Pick<ArticleStore, 'articles' | 'stories'>
  /** Pins and blocks in force. */
  readonly overrides: () => Promise<readonly Override[]>
  /** ms since the epoch. */
  readonly now: () => number
}

/** @returns what was undone, in words */
export type RunUndo = (by: Actor, undo: Undo) => Promise<EditOutcome<string>>

const changed = (why: string): EditOutcome<string> => ({ kind: 'wrong', why: `Nothing was undone: ${why}.` })
const done = (result: string): EditOutcome<string> => ({ kind: 'done', result })

const isSameEdit = (a: Override, b: Override): boolean =>
  a.kind === b.kind && a.list === b.list && a.what === b.what && a.at === b.at && a.by === b.by
const isSamePlace = (a: Override, b: Override): boolean => a.kind === b.kind && a.list === b.list && a.what === b.what

/** Sets a pin or block again as it was, for the time that is left of it. */
const setAgain = ({ editingActions, now }: UndoParts, by: Actor, { until, at: _, ...override }: Override) =>
  editingActions.addOverride(by, { ...override, lasts: until - now() })

const undoPlaced = async (
  parts: UndoParts,
  by: Actor,
  { override, before, ended }: Extract<Undo, { kind: 'placed' }>,
): Promise<EditOutcome<string>> => {
  const standing = (await parts.overrides()).find(each => isSamePlace(each, override))
  if (!standing || !isSameEdit(standing, override))
    return changed(`the ${override.kind} has ended, or somebody has changed it since`)
  if (before !== null && before.until > parts.now()) {
    const set = await setAgain(parts, by, before)
    return set.kind === 'done' ? done(`The ${override.kind} is as it was before.`) : set
  }
  await parts.editingActions.removeOverrides(by, override.kind, override.what, override.list)
  for (const each of ended.filter(({ until }) => until > parts.now())) await setAgain(parts, by, each)
  return done(`The ${override.kind} is undone.`)
}

const undoLifted = async (
  parts: UndoParts,
  by: Actor,
  { overrides }: Extract<Undo, { kind: 'lifted' }>,
): Promise<EditOutcome<string>> => {
  const inForce = await parts.overrides()
  const left = overrides.filter(
    override => override.until > parts.now() && !inForce.some(each => isSamePlace(each, override)),
  )
  if (left.length === 0) return changed('it would have ended by now, or somebody has set another since')
  for (const override of left) {
    const set = await setAgain(parts, by, override)
    if (set.kind !== 'done') return set
  }
  return done(left[0]?.kind === 'pin' ? 'It is pinned again.' : 'It is blocked again.')
}

const undoSection = async (
  { editingActions, archive }: UndoParts,
  by: Actor,
  { article, from, to }: Extract<Undo, { kind: 'section' }>,
): Promise<EditOutcome<string>> => {
  const [found] = await archive.articles([article])
  if (found && findChosenSection(found) !== to) return changed('somebody has moved it to another section since')
  const moved = await editingActions.setSection(by, article, from)
  return moved.kind === 'done' ? done(`It is in ${moved.result.after} again.`) : moved
}

const undoSplit = async (
  { editingActions, archive }: UndoParts,
  by: Actor,
  { from, to, articles }: Extract<Undo, { kind: 'split' }>,
): Promise<EditOutcome<string>> => {
  const [story, origin] = await archive.stories([to, from])
  if (!story || !origin) return changed('one of the two stories has expired, or was merged into another since')
  if (story.articles.some(id => !articles.includes(id)))
    return changed('the new story has got further articles since; merge the two on the page of either')
  const merged = await editingActions.merge(by, to, from)
  return merged.kind === 'done' ? done('The articles are in one story again.') : merged
}

const undoMerge = async (
  { editingActions, archive }: UndoParts,
  by: Actor,
  { into, groups }: Extract<Undo, { kind: 'merged' }>,
): Promise<EditOutcome<string>> => {
  const found = await Promise.all(
    groups.map(async articles => (await archive.articles(articles)).flatMap(article => article ?? [])),
  )
  const standing = found.filter(articles => articles.length > 0)
  if (standing.length === 0) return changed('its articles have expired')
  if (standing.flat().some(({ story }) => story !== into))
    return changed('somebody has moved articles of it elsewhere since')
  for (const articles of standing) {
    const split = await editingActions.split(
      by,
      articles.map(({ id }) => id),
    )
    if (split.kind !== 'done') return split
  }
  return done('The stories are apart again.')
}

const undoEnabled = async (
  { sources, sourceActions }: UndoParts,
  by: Actor,
  { ids, enabled }: Extract<Undo, { kind: 'enabled' }>,
): Promise<EditOutcome<string>> => {
  const still = ids.filter(id => sources.get(id)?.enabled === enabled)
  if (still.length === 0) return changed('somebody has changed it since, or removed the source')
  await sourceActions.setEnabled(by, still, !enabled)
  const which = still.length === 1 ? `${sources.get(still[0] ?? '')?.name} is` : `${still.length} sources are`
  const others = ids.length - still.length
  return done(
    `${which} ${enabled ? 'paused' : 'being polled'} again.${others > 0 ? ` ${others} had been changed since and were left alone.` : ''}`,
  )
}

/** The section that an editor chose for an article; null if it is by evidence. */
export const findChosenSection = ({
  evidence,
}: {
  readonly evidence: readonly { readonly from: string; readonly section: string }[]
}): string | null => evidence.find(({ from }) => from === 'editor')?.section ?? null

export const createUndo = (parts: UndoParts): RunUndo => {
  const { sourceActions } = parts
  const restore = async (run: () => Promise<void>, said: string): Promise<EditOutcome<string>> => {
    try {
      await run()
      return done(said)
    } catch (error) {
      if (!(error instanceof CatalogueError)) throw error
      return changed(error.message)
    }
  }
  return (by, undo) => {
    switch (undo.kind) {
      case 'placed':
        return undoPlaced(parts, by, undo)
      case 'lifted':
        return undoLifted(parts, by, undo)
      case 'section':
        return undoSection(parts, by, undo)
      case 'split':
        return undoSplit(parts, by, undo)
      case 'merged':
        return undoMerge(parts, by, undo)
      case 'enabled':
        return undoEnabled(parts, by, undo)
      case 'removed':
        return restore(
          () => sourceActions.restore(by, undo.sources, null),
          undo.sources.length === 1
            ? 'The source is back. What had been learnt of it is gone: it is learnt anew.'
            : `${undo.sources.length} sources are back. What had been learnt of them is gone: it is learnt anew.`,
        )
      case 'edited':
        return restore(() => sourceActions.restore(by, [undo.before], [undo.after]), 'The settings are as before.')
    }
  }
}
