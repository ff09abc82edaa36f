/**
 * `newsdesk sources import`: adds the feeds of an OPML file; duplicates, unreachable URLs and pages are reported
 * without stopping the rest.
 */

import { readFileSync } from 'node:fs'
import pc from 'picocolors'
import { decode } from '../../../feeds/decode.ts'
import { foundFeed } from '../../../feeds/discovery/discover.ts'
import { readFeed } from '../../../feeds/read.ts'
import { findDuplicateFeeds } from '../../../sources/catalogue/duplicate-feeds.ts'
import { type Outline, readOpml } from '../../../sources/catalogue/opml.ts'
import { shownSource } from '../../../sources/state/public-view.ts'
import { type OpmlLine, sourceOf, unseenLine, withoutRepeats } from '../../../use-cases/opml.ts'
import { inParallel, withPoliteFetch } from '../../../use-cases/polite-fetch.ts'
import { movedText } from '../../../use-cases/propose-sources.ts'
import { withoutCredentials } from '../../../util/redact.ts'
import { cliActor, openSourceActions } from '../../actor.ts'
import { print } from '../../print.ts'
import { canAsk, confirm, startProgress } from '../../prompt.ts'
import { type Session, withSession } from '../../session.ts'

export interface ImportOptions {
  readonly section?: string
  readonly yes: boolean
  readonly json: boolean
  /** Fetches each feed before it is added. */
  readonly check: boolean
  readonly skipFailing: boolean
}

/** Maximum length of a title in the table. */
const MAX_TITLE = 40
const ORDER: readonly OpmlLine['outcome'][] = ['duplicate', 'not-a-feed', 'failing', 'add']
const readFile = (file: string): string | null => {
  try {
    // OPML comes in any charset, like feeds; - is standard input.
    return decode(readFileSync(file === '-' ? 0 : file), 'text/xml').text
  } catch (error) {
    console.error(`${file} cannot be read: ${error instanceof Error ? error.message : error}`)
    return null
  }
}
const fetchFeeds = async (session: Session, outlines: readonly Outline[]): Promise<OpmlLine[]> => {
  const progress = startProgress('Fetching the feeds', outlines.length)
  try {
    return await withPoliteFetch(session, fetchPage =>
      inParallel(
        outlines,
        async (outline): Promise<OpmlLine> => {
          const fetched = await fetchPage(outline.url)
          if (fetched.kind !== 'changed') {
            const detail = fetched.kind === 'failed' ? `${fetched.reason}: ${fetched.detail}` : 'it sent no content'
            return { outline, found: null, outcome: 'failing', detail }
          }
          const read = await readFeed(fetched.body, { contentType: fetched.contentType, url: fetched.url })
          return read.kind === 'feed'
            ? { outline, found: foundFeed(outline.url, 'given', fetched, read.feed), outcome: 'add', detail: '' }
            : { outline, found: null, outcome: 'not-a-feed', detail: read.detail }
        },
        progress.at,
      ),
    )
  } finally {
    progress.end()
  }
}

/** Marks feeds that are the same as an earlier one. (pure) */
const markDuplicates = (lines: readonly OpmlLine[]): OpmlLine[] => {
  const twins = findDuplicateFeeds(lines.flatMap(({ outline, found }) => (found ? [{ id: outline.url, found }] : [])))
  return lines.map(line => {
    const twin = twins.get(line.outline.url)
    return twin ? { ...line, outcome: 'duplicate', detail: `of ${withoutCredentials(twin.of)} (${twin.how})` } : line
  })
}
/**
 * @returns 0 if done, even if some were skipped; 1 if there is nothing to add or it was not confirmed; 2 for wrong
 * usage, invalid OPML or without a terminal
 */
export const importCommand = (configDir: string, file: string, options: ImportOptions): Promise<number> =>
  withSession(configDir, async session => {
    const { config, sources } = session
    const sections = config.taxonomy.map(({ id }) => id)
    if (options.section !== undefined && !sections.includes(options.section)) {
      console.error(`--section: ${JSON.stringify(options.section)} is not a section. Sections: ${sections.join(', ')}`)
      return 2
    }
    const text = readFile(file)
    if (text === null) return 2
    const opml = readOpml(text)
    if (opml.kind === 'not-opml') {
      console.error(`${file} is not OPML: ${opml.detail}`)
      return 2
    }
    if (!options.yes && !canAsk()) {
      console.error('Not a terminal, cannot prompt. Pass --yes to import without confirmation.')
      return 2
    }
    const { lines: repeats, fresh } = withoutRepeats(opml.outlines, sources.list())
    const looked = options.check ? markDuplicates(await fetchFeeds(session, fresh)) : fresh.map(unseenLine)
    const taken = new Set<string>(sources.list().map(({ id }) => id))
    const fallback = options.section ?? sections.find(id => id === 'world') ?? sections[0] ?? 'world'
    const wanted = looked.filter(({ outcome }) => outcome === 'add' || (outcome === 'failing' && !options.skipFailing))
    const added = wanted.map(line => sourceOf(line, config, fallback, taken))
    // Grouped by outcome, so that the few that need attention stand out among hundreds.
    const reported = [...repeats, ...looked.flatMap(movedOrLeft)].sort(byOutcome)

    if (!options.json) {
      for (const warning of opml.warnings) console.error(withoutCredentials(warning))
      if (reported.length > 0)
        print(reported, [
          {
            title: 'Feed',
            value: each => withoutCredentials(each.outline.title ?? each.outline.url).slice(0, MAX_TITLE),
          },
          { title: 'What', value: each => describeOutcome(each, options.skipFailing) },
          { title: 'Why', value: each => each.detail, flexible: true },
        ])
    }
    if (added.length > 0 && !options.yes && !(await confirm(`Add ${added.length} sources?`))) {
      console.error('Nothing was imported.')
      return 1
    }
    if (added.length > 0) await openSourceActions(session).add(cliActor(), added)
    if (options.json) {
      const lines = reported.map(({ outline, outcome, detail }) => ({
        url: withoutCredentials(outline.url),
        title: outline.title && withoutCredentials(outline.title),
        outcome,
        detail,
      }))
      console.log(
        JSON.stringify(
          { added: added.map(shownSource), reported: lines, warnings: opml.warnings.map(withoutCredentials) },
          null,
          2,
        ),
      )
    } else {
      const bySection = new Map<string, number>()
      for (const { section } of added) bySection.set(section, (bySection.get(section) ?? 0) + 1)
      console.log(
        pc.bold(
          `${added.length} of ${opml.outlines.length} added${added.length > 0 ? `: ${[...bySection].map(([section, count]) => `${count} ${section}`).join(', ')}` : ''}.`,
        ),
      )
    }
    return added.length > 0 ? 0 : 1
  })

/** Returns the line if it is reported: its feed is left out, or stored under another URL. */
const movedOrLeft = (line: OpmlLine): OpmlLine[] => {
  const { outcome, found, outline } = line
  if (outcome !== 'add') return [line]
  const moved = found && found.movedTo !== null ? movedText(outline.url, found) : null
  return moved === null ? [] : [{ ...line, detail: moved }]
}

const byOutcome = (a: OpmlLine, b: OpmlLine): number => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome)

const describeOutcome = ({ outcome }: OpmlLine, skipFailing: boolean): string =>
  outcome === 'failing'
    ? skipFailing
      ? 'skipped: failing'
      : 'failing; added anyway'
    : outcome === 'duplicate'
      ? 'skipped: duplicate'
      : outcome === 'add'
        ? 'to add, moved'
        : 'skipped: not a feed'
