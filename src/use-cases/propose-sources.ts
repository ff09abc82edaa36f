/** From any page to the sources its feeds would be, each known again where it is one already. For terminal and desk. */

import { registrableDomain } from '../domain/registrable-domain.ts'
import { Source } from '../domain/source.ts'
import { bare, discover, type FoundFeed, sharesEnough } from '../feeds/discovery/discover.ts'
import { withoutCredentials } from '../util/redact.ts'
import type { CommandContext } from './context.ts'
import { withPoliteFetch } from './polite-fetch.ts'
import { idFor, languageFor, languageOfItems, sectionOfFolders, sectionOfItems } from './suggest-source.ts'

/** What is wished for, in place of what the feed says. */
export interface ProposalWishes {
  readonly id?: string
  readonly section?: string
  readonly language?: string
  readonly name?: string
  readonly weight?: number
}

export type ProposalParts = Pick<CommandContext, 'config' | 'redis' | 'keys'> & {
  readonly sources: Pick<CommandContext['sources'], 'list'>
}

/** A feed found, as the source it would be. */
export interface Proposal {
  readonly found: FoundFeed
  readonly source: Source
  /** Why this section. */
  readonly why: string
  /** Where it is stored under another address, or at another domain, than the one that was given: both, in words. */
  readonly moved: string | null
  /** Id of a source that is the same feed. */
  readonly knownAs: string | null
}

/**
 * @param given the address that was typed
 * @param movedTo where its feed led by permanent redirects
 * @returns what is to be known before it is added: another domain may be another publisher's; null where nothing is
 */
export const movedText = (given: string, { url, movedTo }: Pick<FoundFeed, 'url' | 'movedTo'>): string | null => {
  const stored = movedTo ?? url
  const [from, to] = [given, stored].map(withoutCredentials)
  const isOther = registrableDomain(given) !== registrableDomain(stored)
  const elsewhere = `at another domain, ${registrableDomain(stored)}: make sure that it is the publisher's`
  if (movedTo !== null)
    return `${withoutCredentials(url)} redirects permanently: stored as ${to}${isOther ? `, ${elsewhere}` : ''}`
  return isOther ? `${from} leads to ${to}, ${elsewhere}` : null
}

/** More sources than this are compared by address and domain alone. */
const MOST_COMPARED = 2_000
/** The newest items are enough to know a feed by. */
const MOST_ITEMS = 50

/** A source that has already brought the items of a feed, or stands for its address. */
const sourceOf = async ({ sources, redis, keys }: ProposalParts, found: FoundFeed): Promise<string | null> => {
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

export const titleOf = ({ feed, finalUrl }: FoundFeed): string => feed.title ?? new URL(finalUrl).hostname

/** The source a feed makes, with what is left open derived from what it says. */
const proposalOf = (
  found: FoundFeed,
  { taxonomy }: CommandContext['config'],
  taken: ReadonlySet<string>,
  { id, section, language: wished, name, weight }: ProposalWishes,
): Omit<Proposal, 'knownAs' | 'moved'> => {
  const language = languageFor(wished ?? found.feed.language ?? languageOfItems(found.feed.items))
  const byItems = sectionOfItems(found.feed.items, language ?? null, taxonomy)
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
      ...(language === undefined ? {} : { language }),
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

export const rateOf = ({ perDay }: FoundFeed): string =>
  perDay === null ? '' : perDay >= 1 ? `${Math.round(perDay)} a day` : `${(perDay * 7).toFixed(1)} a week`

export const FOUND_HOW: Readonly<Record<FoundFeed['how'], string>> = {
  given: 'as given',
  declared: 'the page declares it',
  linked: 'the page links to it',
  common: 'where feeds commonly lie',
  robots: 'named in robots.txt',
  sitemap: 'a news sitemap',
}

/** What was typed as an address; one without a scheme is a page on the web. */
export const addressOf = (typed: string): string | null => {
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`
  return URL.canParse(written) && /^https?:/i.test(written) ? new URL(written).href : null
}

export type Proposals =
  | { readonly kind: 'found'; readonly proposals: readonly Proposal[] }
  | { readonly kind: 'none'; readonly why: string }

/** @param url of a feed or a page; asked as its domain allows it */
export const proposalsAt = async (parts: ProposalParts, url: string, wishes: ProposalWishes): Promise<Proposals> => {
  const discovery = await withPoliteFetch(parts, fetchPage => discover(url, fetchPage))
  const shown = withoutCredentials(url)
  if (discovery.kind === 'failed')
    return { kind: 'none', why: `${shown} cannot be read: ${discovery.reason}: ${discovery.detail}` }
  if (discovery.feeds.length === 0)
    return { kind: 'none', why: `No feed found at ${shown}: ${discovery.tried} addresses tried.` }
  const taken = new Set<string>(parts.sources.list().map(({ id }) => id))
  const proposals: Proposal[] = []
  for (const found of discovery.feeds) {
    const knownAs = await sourceOf(parts, found)
    // An id and a name given are for the first new one alone: two sources cannot share them.
    const { id, name, ...rest } = wishes
    const isFirst = knownAs === null && proposals.every(each => each.knownAs !== null)
    const proposal = proposalOf(found, parts.config, taken, isFirst ? wishes : rest)
    taken.add(proposal.source.id)
    proposals.push({ ...proposal, moved: movedText(url, found), knownAs })
  }
  return { kind: 'found', proposals }
}
