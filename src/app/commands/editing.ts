/** `newsdesk explain <list> <rank>`, `pin`, `unpin`, `block`, `unblock` and `placements`: lists as an editor asks about them and changes them. */

import { userInfo } from 'node:os'
import pc from 'picocolors'
import { publishingTo } from '../../../jobs/queues.ts'
import type { ArticleId, StoryId } from '../../article/article.ts'
import { createReadCounts, createTops } from '../../events/tops.ts'
import { covers, EVERYWHERE, type Placement, PlacementError } from '../../lists/editors.ts'
import { parseListName } from '../../lists/names.ts'
import { Duration } from '../../settings/units.ts'
import { createLists, type Lists } from '../lists.ts'
import { type Session, withSession } from '../session.ts'
import { print } from './print.ts'
import { storyRooms } from './story.ts'

/** The list side of a running newsdesk, for a command. */
const listRooms = (session: Session): Lists & { readonly archive: ReturnType<typeof storyRooms>['archive'] } => {
  const { config, redis, keys, sources } = session
  const { archive, stories } = storyRooms(session)
  const reads = { redis, keys, halfLife: () => config.settings.events.halfLife, now: Date.now }
  const lists = createLists({
    ...{ redis, keys, archive, stories, now: Date.now },
    config: () => config,
    tops: createTops(reads),
    readCounts: createReadCounts(reads),
    source: id => sources.get(id),
  })
  return { ...lists, archive }
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
    if (!parseListName(list)) {
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

const editorOf = ({ by }: PlacementOptions): string => by ?? userInfo().username

/** Lists that a pin or block may change: written anew at once. */
const touched = (list: string, names: readonly string[]): readonly string[] =>
  list === EVERYWHERE || list === 'related' ? names : names.filter(name => name === list || name.startsWith(`${list}:`))

/** @param articles in whose related lists something changed, where it reaches those */
const publish = async (
  session: Session,
  rooms: Lists,
  lists: readonly string[],
  articles: readonly ArticleId[],
): Promise<void> => {
  const publishing = publishingTo(session.queues, rooms)
  const names = lists.flatMap(list => touched(list, rooms.publisher.names()))
  await publishing.lists([...new Set(names)])
  if (lists.some(list => covers(list, 'related'))) await publishing.changed({ ...NOTHING_INGESTED, edited: articles })
}

const NOTHING_INGESTED = {
  ...{ articles: [], stories: [], sections: [], edited: [] },
  ...{ added: 0, updated: 0, merged: 0, unchanged: 0 },
}

/** @returns 0, 1 where there is no such article, 2 where it cannot be done */
export const placeCommand = (
  configDir: string,
  kind: Placement['kind'],
  what: string,
  options: PlacementOptions,
): Promise<number> =>
  withSession(configDir, async session => {
    const rooms = listRooms(session)
    const lasting = Duration.safeParse(options.for ?? '6h')
    if (!lasting.success) {
      console.error(`--for ${lasting.error.issues[0]?.message}`)
      return 2
    }
    const [article] = await rooms.archive.articles([what as ArticleId]) // looked up
    const [story] = kind === 'block' && !article ? await rooms.archive.stories([what as StoryId]) : [] // looked up
    if (!article && !story) {
      console.error(
        `No article ${kind === 'block' ? 'or story ' : ''}${JSON.stringify(what)}: it expired, or never was.`,
      )
      return 1
    }
    const at = Date.now()
    try {
      const placement = await rooms.editors.place({
        kind,
        what: article?.id ?? what,
        list: options.list ?? (kind === 'pin' ? 'must-reads' : EVERYWHERE),
        place: options.place ?? 1,
        by: editorOf(options),
        why: options.why ?? '',
        at,
        until: at + lasting.data,
      })
      await publish(session, rooms, [placement.list], article ? [article.id] : (story?.articles ?? []))
      const where = placement.list === EVERYWHERE ? 'every list' : placement.list
      const until = new Date(placement.until).toISOString()
      console.log(
        kind === 'pin' ? `Place ${placement.place} of ${where} until ${until}.` : `Kept off ${where} until ${until}.`,
      )
      return 0
    } catch (error) {
      if (!(error instanceof PlacementError)) throw error
      console.error(error.message)
      return 2
    }
  })

/** @returns 0, or 1 where there was none */
export const liftCommand = (
  configDir: string,
  kind: Placement['kind'],
  what: string,
  options: PlacementOptions,
): Promise<number> =>
  withSession(configDir, async session => {
    const rooms = listRooms(session)
    const lifted = await rooms.editors.lift(kind, what, options.list ?? null, editorOf(options), Date.now())
    if (lifted.length === 0) {
      console.error(
        `No ${kind} of ${JSON.stringify(what)}${options.list ? ` on ${options.list}` : ''}; \`newsdesk placements\` shows those there are.`,
      )
      return 1
    }
    await publish(
      session,
      rooms,
      lifted.map(({ list }) => list),
      [what as ArticleId, ...((await rooms.archive.stories([what as StoryId]))[0]?.articles ?? [])], // looked up
    )
    console.log(`Lifted from ${lifted.map(({ list }) => (list === EVERYWHERE ? 'every list' : list)).join(', ')}.`)
    return 0
  })

export const placementsCommand = (configDir: string, { log, json }: { log: boolean; json: boolean }): Promise<number> =>
  withSession(configDir, async session => {
    const { editors } = listRooms(session)
    const rows: readonly (Placement & { readonly did: string })[] = log
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
