/** `newsdesk sources add`: from any page to a source, after showing what each of its feeds holds. */

import pc from 'picocolors'
import { bare, discover, type FoundFeed, sharesEnough } from '../../../feed/discover.ts'
import { withoutCredentials } from '../../../feed/redact.ts'
import { Source, SourceId } from '../../../sources/source.ts'
import { idFor, languageFor, sectionOfFolders, sectionOfItems } from '../../../sources/suggest.ts'
import { ask, canAsk, parseChoice } from '../../ask.ts'
import { shownValue } from '../../config/problems.ts'
import { type Session, withSession } from '../../session.ts'
import { shownSource } from '../../status.ts'
import { showSpan } from '../../table.ts'
import { print } from '../print.ts'
import { withPoliteFetch } from './polite.ts'

export interface AddOptions {
  readonly id?: string
  readonly section?: string
  readonly name?: string
  readonly weight?: number
  readonly yes: boolean
  readonly all: boolean
  readonly dryRun: boolean
  readonly json: boolean
}

/** A feed found, as the source it would be. */
interface Proposal {
  readonly found: FoundFeed
  readonly source: Source
  /** Why this section. */
  readonly why: string
  /** Id of a source that is the same feed. */
  readonly knownAs: string | null
}

/** More sources than this are compared by address and domain alone. */
const MOST_COMPARED = 2_000
/** The newest items are enough to know a feed by. */
const MOST_ITEMS = 50

/** A source that has already brought the items of a feed, or stands for its address. */
const sourceOf = async ({ sources, redis, keys }: Session, found: FoundFeed): Promise<string | null> => {
  const addresses = new Set([found.url, found.finalUrl, found.feed.hints.self].flatMap(url => (url ? [bare(url)] : [])))
  const list = sources.list()
  const same = list.find(({ url }) => addresses.has(bare(url)))
  if (same) return same.id
  const items = found.items.slice(0, MOST_ITEMS).map(({ key }) => key)
  if (items.length === 0) return null
  const compared = list.slice(0, MOST_COMPARED)
  const [known, sizes] = await Promise.all([
    Promise.all(compared.map(({ id }) => redis.hmget(keys.seen(id), ...items))),
    Promise.all(compared.map(({ id }) => redis.hlen(keys.seen(id)))),
  ])
  const index = known.findIndex((seen, at) =>
    sharesEnough(seen.filter(each => each !== null).length, items.length, sizes[at] ?? 0),
  )
  return compared[index]?.id ?? null
}

const titleOf = ({ feed, finalUrl }: FoundFeed): string => feed.title ?? new URL(finalUrl).hostname

/** The source a feed makes, with what is left open derived from what it says. */
export const proposalOf = (
  found: FoundFeed,
  { taxonomy }: Session['config'],
  taken: ReadonlySet<string>,
  { id, section, name, weight }: Pick<AddOptions, 'id' | 'section' | 'name' | 'weight'>,
): Omit<Proposal, 'knownAs'> => {
  const language = languageFor(found.feed.language)
  const byItems = sectionOfItems(found.feed.items, language, taxonomy)
  const byTitle = sectionOfFolders([found.feed.title ?? '', ...new URL(found.url).pathname.split('/')], taxonomy)
  const fallback = taxonomy.find(each => each.id === 'world')?.id ?? taxonomy[0]?.id ?? 'world'
  const { link } = found.feed
  return {
    found,
    source: Source.parse({
      id: id ?? idFor(found.url, taken),
      name: name ?? titleOf(found),
      url: found.movedTo ?? found.url,
      ...(link !== null && /^https?:\/\/[^\s]+$/.test(link) && URL.canParse(link) ? { site: link } : {}),
      section: section ?? byTitle ?? byItems?.section ?? fallback,
      language,
      ...(weight === undefined ? {} : { weight }),
    }),
    why:
      section !== undefined
        ? 'as you say'
        : byTitle !== null
          ? 'by its name'
          : byItems
            ? `${Math.round(byItems.share * 100)} % of its items`
            : 'a general source',
  }
}

const rateOf = ({ perDay }: FoundFeed): string =>
  perDay === null ? '' : perDay >= 1 ? `${Math.round(perDay)} a day` : `${(perDay * 7).toFixed(1)} a week`

const show = (proposals: readonly Proposal[]): void => {
  print(proposals, [
    { title: '#', value: each => String(proposals.indexOf(each) + 1), align: 'right' },
    { title: 'Title', value: each => titleOf(each.found), flexible: true },
    { title: 'Format', value: each => each.found.feed.format },
    { title: 'Items', value: each => String(each.found.feed.items.length), align: 'right' },
    {
      title: 'Newest',
      value: ({ found }) => (found.newest === null ? '' : `${showSpan(Date.now() - found.newest)} ago`),
    },
    { title: 'Rate', value: each => rateOf(each.found), align: 'right' },
    { title: 'Language', value: each => each.source.language },
    { title: 'Section', value: each => `${each.source.section} (${each.why})`, flexible: true },
    { title: 'Id', value: each => each.knownAs ?? each.source.id },
    { title: '', value: each => (each.knownAs ? 'a source already' : '') },
  ])
  // Whole, below: an address that is cut tells nothing.
  for (const [index, { found }] of proposals.entries())
    console.log(pc.dim(`${index + 1}  ${withoutCredentials(found.url)} (${HOW[found.how]})`))
}

const HOW: Readonly<Record<FoundFeed['how'], string>> = {
  given: 'as given',
  declared: 'the page declares it',
  linked: 'the page links to it',
  common: 'where feeds commonly lie',
  robots: 'named in robots.txt',
  sitemap: 'a news sitemap',
}

const shown = ({ found, source, knownAs }: Proposal) => ({
  url: withoutCredentials(found.url),
  finalUrl: withoutCredentials(found.finalUrl),
  how: found.how,
  title: found.feed.title,
  format: found.feed.format,
  items: found.feed.items.length,
  newest: found.newest === null ? null : new Date(found.newest).toISOString(),
  perDay: found.perDay,
  language: source.language,
  knownAs,
  source: shownSource(source),
})

/** What was typed as an address; one without a scheme is a page on the web. */
const addressOf = (typed: string): string | null => {
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`
  return URL.canParse(written) && /^https?:/i.test(written) ? new URL(written).href : null
}

const wrongIn = ({ config, sources }: Session, { id, section }: AddOptions): string | null => {
  const ids = config.taxonomy.map(each => each.id)
  if (section !== undefined && !ids.includes(section))
    return `--section: ${JSON.stringify(section)} is no section; there are ${ids.join(', ')}`
  if (id === undefined) return null
  const parsed = SourceId.safeParse(id)
  if (!parsed.success) return `--id: ${parsed.error.issues[0]?.message}`
  return sources.get(id) ? `--id: there is a source ${JSON.stringify(id)} already` : null
}

/** @returns those to add; a number is the exit code of a run that adds none */
const choose = async (proposals: readonly Proposal[], options: AddOptions): Promise<readonly Proposal[] | number> => {
  const open = proposals.filter(({ knownAs }) => knownAs === null)
  if (options.dryRun) return 0
  if (open.length === 0) {
    console.error(`Nothing to add: it is the source ${[...new Set(proposals.map(each => each.knownAs))].join(', ')}.`)
    return 1
  }
  if (options.yes) return options.all ? open : open.slice(0, 1)
  if (!canAsk()) {
    console.error(
      'Nothing was added: this is no terminal to ask in. Say --yes for the first of them, --yes --all for all.',
    )
    return 2
  }
  const first = proposals.indexOf(open[0] as Proposal) + 1 // there is one
  for (;;) {
    const typed = await ask(`Add which? A number, several (1,3), all, or none [${first}] `)
    if (typed === null) {
      console.error('Nothing was added.')
      return 1
    }
    const picked = parseChoice(typed === '' ? String(first) : typed, proposals.length)
    if (picked !== null)
      return picked.flatMap(index => proposals[index] ?? []).filter(({ knownAs }) => knownAs === null)
  }
}

/** @returns 0 added; 1 nothing found or nothing new; 2 wrong usage, or nobody to ask */
export const addCommand = (configDir: string, typed: string, options: AddOptions): Promise<number> =>
  withSession(configDir, async session => {
    const wrong = wrongIn(session, options)
    const url = addressOf(typed)
    if (wrong !== null || url === null) {
      console.error(wrong ?? `${shownValue(['url'], typed)} is no http(s) URL`)
      return 2
    }
    const discovery = await withPoliteFetch(session, fetchPage => discover(url, fetchPage))
    if (discovery.kind === 'failed') {
      console.error(`${withoutCredentials(url)} cannot be read: ${discovery.reason}: ${discovery.detail}`)
      return 1
    }
    if (discovery.feeds.length === 0) {
      console.error(`No feed found at ${withoutCredentials(url)}: ${discovery.tried} addresses tried.`)
      return 1
    }
    const taken = new Set<string>(session.sources.list().map(({ id }) => id))
    const proposals: Proposal[] = []
    for (const found of discovery.feeds) {
      const knownAs = await sourceOf(session, found)
      // An id and a name given are for the first new one alone: two sources cannot share them.
      const { id, name, ...rest } = options
      const isFirst = knownAs === null && proposals.every(each => each.knownAs !== null)
      const proposal = proposalOf(found, session.config, taken, isFirst ? options : rest)
      taken.add(proposal.source.id)
      proposals.push({ ...proposal, knownAs })
    }
    if (!options.json) show(proposals)
    const chosen = await choose(proposals, options)
    const added = typeof chosen === 'number' ? [] : chosen.map(({ source }) => source)
    if (added.length > 0) await session.catalogue.add(added)
    if (options.json)
      console.log(JSON.stringify({ found: proposals.map(shown), added: added.map(shownSource) }, null, 2))
    else for (const { id, name, section } of added) console.log(pc.green(`Added ${id}: ${name}, in ${section}.`))
    return typeof chosen === 'number' ? chosen : 0
  })
