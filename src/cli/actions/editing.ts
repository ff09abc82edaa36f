/**
 * What editors do from the command line: explain an entry of a list, pin, block, set a section, merge and split
 * stories.
 */

import pc from 'picocolors'
import type { ArticleId, StoryId } from '../../domain/article.ts'
import { EVERYWHERE, type Override } from '../../lists/overrides.ts'
import { LISTS } from '../../lists/registry.ts'
import { createEditingActions, type EditingActions, type EditOutcome } from '../../use-cases/editing.ts'
import { Duration } from '../../util/units.ts'
import { cliActor, openAudit } from '../actor.ts'
import { print } from '../print.ts'
import { type Session, withSession } from '../session.ts'

const formatNumber = (value: number): string =>
  Number.isFinite(value) ? value.toPrecision(4).replace(/\.?0+$/, '') : '-'

/** @returns 0, 1 if the list has no such entry, 2 if there is no such list */
export const explainEntryCommand = (
  configDir: string,
  list: string,
  rank: number,
  { json }: { json: boolean },
): Promise<number> =>
  withSession(configDir, async session => {
    if (!LISTS.parse(list)) {
      console.error(`There is no list ${JSON.stringify(list)}; \`newsdesk lists\` shows them all.`)
      return 2
    }
    const why = await (await session.container()).lists.publisher.explain(list, rank)
    if (why === null) {
      console.error(`${list} has no entry ${rank}; \`newsdesk lists ${list}\` shows its entries.`)
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
    if (stale) console.log('  the list is frozen because no events are reported (lists.staleAfter)')
    if (fallback) console.log(`  the list has too few entries of its own and is backfilled from ${fallback}`)
    if (!now) console.log('  the entry no longer qualifies and leaves the list the next time it is written')
    else {
      console.log(`${pc.bold('Now')}       place ${now.rank}, score ${formatNumber(now.score)}`)
      print(now.terms, [
        { title: 'Term', value: ({ name }) => name },
        { title: 'Value', value: ({ value }) => formatNumber(value), align: 'right' },
        { title: 'Of', value: ({ of }) => of, flexible: true },
      ])
    }
    return 0
  })

export interface OverrideOptions {
  readonly list?: string
  readonly place?: number
  /** A duration such as 6h. */
  readonly for?: string
  readonly reason?: string
  readonly by?: string
}

const editorName = ({ by }: OverrideOptions): string => by ?? cliActor().name.replace(/^cli:/, '')

const createEditing = async (session: Session): Promise<EditingActions> =>
  createEditingActions({ edits: (await session.container()).edits, audit: openAudit(session) })

/** @returns 0, 1 if there is no such article, 2 if the request is invalid */
export const addOverrideCommand = (
  configDir: string,
  kind: Override['kind'],
  what: string,
  options: OverrideOptions,
): Promise<number> =>
  withSession(configDir, async session => {
    const duration = Duration.safeParse(options.for ?? '6h')
    if (!duration.success) {
      console.error(`--for ${duration.error.issues[0]?.message}`)
      return 2
    }
    const outcome = await (await createEditing(session)).addOverride(cliActor(), {
      ...{ kind, what, lasts: duration.data, by: editorName(options), why: options.reason ?? '' },
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
    console.log(
      kind === 'pin' ? `Pinned to place ${place} of ${where} until ${end}.` : `Blocked on ${where} until ${end}.`,
    )
    return 0
  })

/** @returns 0, or 1 if there was none */
export const removeOverrideCommand = (
  configDir: string,
  kind: Override['kind'],
  what: string,
  options: OverrideOptions,
): Promise<number> =>
  withSession(configDir, async session => {
    const lifted = await (await createEditing(session)).removeOverrides(
      cliActor(),
      kind,
      what,
      options.list ?? null,
      editorName(options),
    )
    if (lifted.length === 0) {
      console.error(
        `No ${kind} of ${JSON.stringify(what)}${options.list ? ` on ${options.list}` : ''}; \`newsdesk overrides\` shows those there are.`,
      )
      return 1
    }
    console.log(`Removed from ${lifted.map(({ list }) => (list === EVERYWHERE ? 'every list' : list)).join(', ')}.`)
    return 0
  })

/** @returns 0, 1 if there is no such article, 2 if there is no such section */
export const setSectionCommand = (configDir: string, id: string, section: string | null): Promise<number> =>
  withSession(configDir, async session => {
    const outcome = await (await createEditing(session)).setSection(cliActor(), id as ArticleId, section) // looked up
    if (outcome.kind !== 'done') {
      console.error(outcome.why)
      return outcome.kind === 'missing' ? 1 : 2
    }
    console.log(`${outcome.result.before} -> ${outcome.result.after}`)
    return 0
  })

/** @returns 0, or 1 if it is impossible */
export const mergeCommand = (configDir: string, from: string, into: string): Promise<number> =>
  withSession(
    configDir,
    // Checked before anything is written.
    async session =>
      printOutcome(await (await createEditing(session)).merge(cliActor(), from as StoryId, into as StoryId)),
  )

/** @returns 0, or 1 if the articles are not part of one story */
export const splitCommand = (configDir: string, articles: readonly string[]): Promise<number> =>
  withSession(
    configDir,
    // Checked before anything is written.
    async session =>
      printOutcome(await (await createEditing(session)).split(cliActor(), articles as readonly ArticleId[])),
  )

const printOutcome = (outcome: EditOutcome<StoryId>): number => {
  if (outcome.kind === 'done') console.log(outcome.result)
  else console.error(outcome.why)
  return outcome.kind === 'done' ? 0 : 1
}

export const overridesCommand = (configDir: string, { log, json }: { log: boolean; json: boolean }): Promise<number> =>
  withSession(configDir, async session => {
    const { editors } = (await session.container()).lists
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
