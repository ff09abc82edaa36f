/**
 * Finds the feeds of any page and proposes a source for each, or names the source that it is already. For the command
 * line and the admin UI.
 */

import { registrableDomain } from '../domain/registrable-domain.ts'
import { Source } from '../domain/source.ts'
import { bare, discover, type FoundFeed, sharesEnough } from '../feeds/discovery/discover.ts'
import { withoutCredentials } from '../util/redact.ts'
import type { CommandContext } from './context.ts'
import { withPoliteFetch } from './polite-fetch.ts'
import { idFor, languageFor, languageOfItems, sectionOfFolders, sectionOfItems } from './suggest-source.ts'

/** Settings to use in place of what the feed declares. */
export interface ProposalWishes {
  readonly id?: string
  readonly section?: string
  /** Whether it is a general paper. Default: if neither its name nor its items suggest a section. */
  readonly general?: boolean
  readonly language?: string
  readonly name?: string
  readonly weight?: number
}

export type ProposalParts = Pick<CommandContext, 'config' | 'redis' | 'keys'> & {
  readonly sources: Pick<CommandContext['sources'], 'list'>
}

/** A feed that was found, and the source made of it. */
export interface Proposal {
  readonly found: FoundFeed
  readonly source: Source
  /** Why this section. */
  readonly why: string
  /** Describes the address it is stored under, if that or its domain differs from the given one; null otherwise. */
  readonly moved: string | null
  /** Id of a source that is the same feed. */
  readonly knownAs: string | null
}

/**
 * Describes where a feed is stored if not under the given address: another domain may belong to another publisher.
 * @param given the address that was typed
 * @param movedTo the target of permanent redirects of its feed
 * @returns null if it is stored under the given address's domain, without redirects
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

/** Sources beyond this number are compared by address and domain alone. */
const MAX_COMPARED = 2_000
/** Number of newest items that are compared. */
const MAX_ITEMS = 50

/** The id of a source that has brought the same items, or has the same address. */
const sourceOf = async ({ sources, redis, keys }: ProposalParts, found: FoundFeed): Promise<string | null> => {
  const addresses = new Set([found.url, found.finalUrl, found.feed.hints.self].flatMap(url => (url ? [bare(url)] : [])))
  const list = sources.list()
  const same = list.find(({ url }) => addresses.has(bare(url)))
  if (same) return same.id
  const items = found.items.slice(0, MAX_ITEMS).map(({ key }) => key)
  if (items.length === 0) return null
  const compared = list.slice(0, MAX_COMPARED)
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

/** Makes a source of a feed, deriving missing settings from the feed. */
const proposalOf = (
  found: FoundFeed,
  { taxonomy }: CommandContext['config'],
  taken: ReadonlySet<string>,
  { id, section, general, language: wished, name, weight }: ProposalWishes,
): Omit<Proposal, 'knownAs' | 'moved'> => {
  const language = languageFor(wished ?? found.feed.language ?? languageOfItems(found.feed.items))
  const byItems = sectionOfItems(found.feed.items, language ?? null, taxonomy)
  const byTitle = sectionOfFolders([found.feed.title ?? '', ...new URL(found.url).pathname.split('/')], taxonomy)
  const fallback = taxonomy.find(each => each.id === 'world')?.id ?? taxonomy[0]?.id ?? 'world'
  const { link } = found.feed
  const isGeneral = general ?? (section === undefined && byTitle === null && byItems === null)
  return {
    found,
    source: Source.parse({
      id: id ?? idFor(found.url, taken),
      name: name ?? titleOf(found),
      url: found.movedTo ?? found.url,
      ...(link !== null && /^https?:\/\/[^\s]+$/.test(link) && URL.canParse(link) ? { site: link } : {}),
      section: section ?? byTitle ?? byItems?.section ?? fallback,
      ...(isGeneral ? { general: true } : {}),
      ...(language === undefined ? {} : { language }),
      ...(weight === undefined ? {} : { weight }),
    }),
    why:
      section !== undefined
        ? 'as given'
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
  common: 'at a common feed address',
  robots: 'named in robots.txt',
  sitemap: 'a news sitemap',
}

/** Parses a typed address; one without a scheme is a page on the web. */
export const addressOf = (typed: string): string | null => {
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`
  return URL.canParse(written) && /^https?:/i.test(written) ? new URL(written).href : null
}

export type Proposals =
  | { readonly kind: 'found'; readonly proposals: readonly Proposal[] }
  | { readonly kind: 'none'; readonly why: string }

/** @param url of a feed or a page; fetched as its domain allows */
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
    // A given id and name apply to the first new source only: two sources cannot share them.
    const { id, name, ...rest } = wishes
    const isFirst = knownAs === null && proposals.every(each => each.knownAs !== null)
    const proposal = proposalOf(found, parts.config, taken, isFirst ? wishes : rest)
    taken.add(proposal.source.id)
    proposals.push({ ...proposal, moved: movedText(url, found), knownAs })
  }
  return { kind: 'found', proposals }
}
