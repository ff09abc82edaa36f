/** `newsdesk explain <list> <rank>`, `pin`, `unpin`, `block`, `unblock`, `placements`, `section` and `story`: lists and stories as an editor asks about them and changes them. */

import pc from 'picocolors'
import { createLists, type Lists } from '../app/lists.ts'
import { createStoryWriter } from '../articles/story-writer.ts'
import { createWithholding } from '../articles/withhold.ts'
import type { ArticleId, StoryId } from '../domain/article.ts'
import { createReadCounts, createTops } from '../events/top-articles.ts'
import { relatedNaming } from '../lists/mentions.ts'
import { EVERYWHERE, type Override } from '../lists/overrides.ts'
import { LISTS } from '../lists/registry.ts'
import { publishingTo } from '../queues/publishing.ts'
import { createEdits } from '../use-cases/edit-lists.ts'
import { createEditingActs, type EditingActs, type Edits, type Outcome } from '../use-cases/editing.ts'
import { createBlocks } from '../use-cases/follow-blocks.ts'
import { Duration } from '../util/units.ts'
import { auditOf, cliActor } from './actor.ts'
import { print } from './print.ts'
import { type Session, withSession } from './session.ts'
import { archivedBy, storyRooms } from './story.ts'

/** The list side of a running newsdesk, for a command. */
const listRooms = (session: Session): Lists & { readonly edits: Edits } => {
  const { config, redis, keys, sources, queues } = session
  const { archive, stories } = storyRooms(session)
  const reads = { redis, keys, halfLife: () => config.settings.events.halfLife, now: Date.now }
  const lists = createLists({
    ...{ redis, keys, archive, stories, now: Date.now },
    config: () => config,
    tops: createTops(reads),
    readCounts: createReadCounts(reads),
    source: id => sources.get(id),
  })
  const edits = createEdits({
    ...{ archive, stories, editors: lists.editors, now: Date.now },
    blocks: createBlocks({
      ...{ editors: lists.editors, now: Date.now },
      withholding: createWithholding({ redis, keys, archive, writer: createStoryWriter(archivedBy(session)) }),
    }),
    relatedNaming: articles => relatedNaming(redis, keys, articles),
    publishing: publishingTo(queues, lists),
    names: () => lists.publisher.names(),
    taxonomy: () => config.taxonomy,
  })
  return { ...lists, edits }
}

const shown = (value: number): string => (Number.isFinite(value) ? value.toPrecision(4).replace(/\.?0+$/, '') : '-')

/** @returns 0, or 1 where there is no such entry, 2 for what is no list */
export const explainEntryCommand = (
  configDir: string,
  list: string,
  rank: number,
  { json }: { json: boolean },
): Promise<number> =>
  withSession(configDir, async session => {
    if (!LISTS.parse(list)) {
      console.error(`No list ${JSON.stringify(list)}; \`newsdesk lists\` names them.`)
      return 2
    }
    const why = await listRooms(session).publisher.explain(list, rank)
    if (why === null) {
      console.error(`${list} has no entry ${rank}; \`newsdesk lists ${list}\` shows those it has.`)
      return 1
    }
    if (json) {
      console.log(JSON.stringify(why, null, 2))
      return 0
    }
    const { entry, now, fallback, stale } = why
    console.log(pc.bold(entry.title))
    console.log(`${entry.id}  ${entry.url}\n`)
    console.log(`${pc.bold('Published')} place ${entry.rank} of ${list}, by ${entry.placedBy}`)
    if (stale) console.log('  the list stays as it was: no events are reported (lists.staleAfter)')
    if (fallback) console.log(`  the list is thin, and filled up from ${fallback}`)
    if (!now) console.log('  it would not be in the list any more; the next time it is written, it goes')
    else {
      console.log(`${pc.bold('Now')}       place ${now.rank}, score ${shown(now.score)}`)
      print(now.terms, [
        { title: 'Term', value: ({ name }) => name },
        { title: 'Value', value: ({ value }) => shown(value), align: 'right' },
        { title: 'Of', value: ({ of }) => of, flexible: true },
      ])
    }
    return 0
  })

export interface PlacementOptions {
  readonly list?: string
  readonly place?: number
  /** A duration such as 6h. */
  readonly for?: string
  readonly why?: string
  readonly by?: string
}

const editorOf = ({ by }: PlacementOptions): string => by ?? cliActor().name.replace(/^cli:/, '')

const editingOf = (session: Session): EditingActs =>
  createEditingActs({ edits: listRooms(session).edits, audit: auditOf(session) })

/** @returns 0, 1 where there is no such article, 2 where it cannot be done */
export const placeCommand = (
  configDir: string,
  kind: Override['kind'],
  what: string,
  options: PlacementOptions,
): Promise<number> =>
  withSession(configDir, async session => {
    const lasting = Duration.safeParse(options.for ?? '6h')
    if (!lasting.success) {
      console.error(`--for ${lasting.error.issues[0]?.message}`)
      return 2
    }
    const outcome = await editingOf(session).place(cliActor(), {
      ...{ kind, what, lasts: lasting.data, by: editorOf(options), why: options.why ?? '' },
      list: options.list ?? (kind === 'pin' ? 'must-reads' : EVERYWHERE),
      place: options.place ?? 1,
    })
    if (outcome.kind !== 'done') {
      console.error(outcome.why)
      return outcome.kind === 'missing' ? 1 : 2
    }
    const { list, place, until } = outcome.result
    const where = list === EVERYWHERE ? 'every list' : list
    const end = new Date(until).toISOString()
    console.log(kind === 'pin' ? `Place ${place} of ${where} until ${end}.` : `Kept off ${where} until ${end}.`)
    return 0
  })

/** @returns 0, or 1 where there was none */
export const liftCommand = (
  configDir: string,
  kind: Override['kind'],
  what: string,
  options: PlacementOptions,
): Promise<number> =>
  withSession(configDir, async session => {
    const lifted = await editingOf(session).lift(cliActor(), kind, what, options.list ?? null, editorOf(options))
    if (lifted.length === 0) {
      console.error(
        `No ${kind} of ${JSON.stringify(what)}${options.list ? ` on ${options.list}` : ''}; \`newsdesk placements\` shows those there are.`,
      )
      return 1
    }
    console.log(`Lifted from ${lifted.map(({ list }) => (list === EVERYWHERE ? 'every list' : list)).join(', ')}.`)
    return 0
  })

/** `newsdesk section`: @returns 0, 1 where there is no such article, 2 where there is no such section */
export const fileCommand = (configDir: string, id: string, section: string | null): Promise<number> =>
  withSession(configDir, async session => {
    const outcome = await editingOf(session).file(cliActor(), id as ArticleId, section) // looked up
    if (outcome.kind !== 'done') {
      console.error(outcome.why)
      return outcome.kind === 'missing' ? 1 : 2
    }
    console.log(`${outcome.result.before} -> ${outcome.result.after}`)
    return 0
  })

/** @returns 0, or 1 where it cannot be done */
export const mergeCommand = (configDir: string, from: string, into: string): Promise<number> =>
  withSession(
    configDir,
    async session => told(await editingOf(session).merge(cliActor(), from as StoryId, into as StoryId)), // looked up before anything is written
  )

/** @returns 0, or 1 where the articles are not part of one story */
export const splitCommand = (configDir: string, articles: readonly string[]): Promise<number> =>
  withSession(
    configDir,
    async session => told(await editingOf(session).split(cliActor(), articles as readonly ArticleId[])), // looked up before anything is written
  )

const told = (outcome: Outcome<StoryId>): number => {
  if (outcome.kind === 'done') console.log(outcome.result)
  else console.error(outcome.why)
  return outcome.kind === 'done' ? 0 : 1
}

export const placementsCommand = (configDir: string, { log, json }: { log: boolean; json: boolean }): Promise<number> =>
  withSession(configDir, async session => {
    const { editors } = listRooms(session)
    const rows: readonly (Override & { readonly did: string })[] = log
      ? await editors.log(100)
      : (await editors.inForce(Date.now())).map(each => ({ ...each, did: 'in force' }))
    if (json) console.log(JSON.stringify(rows, null, 2))
    else
      print(rows, [
        { title: 'What', value: ({ kind, what }) => `${kind} ${what}` },
        { title: 'List', value: ({ list }) => (list === EVERYWHERE ? 'every list' : list) },
        { title: 'Place', value: ({ kind, place }) => (kind === 'pin' ? String(place) : ''), align: 'right' },
        { title: 'By', value: ({ by }) => by },
        { title: 'At', value: ({ at }) => new Date(at).toISOString() },
        { title: 'Until', value: ({ until }) => new Date(until).toISOString() },
        { title: 'State', value: ({ did }) => did },
        { title: 'Why', value: ({ why }) => why, flexible: true },
      ])
    return 0
  })
