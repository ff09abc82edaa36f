/**
 * Domains from which a source's feed may come. Its own domain, those it moved to and those that were accepted belong to
 * its publisher. Items from any other domain are not published under the source's name until it is known whose they
 * are.
 */

import { z } from 'zod'
import { registrableDomain } from '../../domain/registrable-domain.ts'
import type { Source } from '../../domain/source.ts'
import { type Adopted, digestUrl } from './moves.ts'

const Held = z.object({
  /** URL that the address leads to. */
  to: z.string(),
  /** Whether by a permanent redirect: its target is adopted once it has proved to carry the source's items. */
  isPermanent: z.boolean(),
  /** ms since the epoch. */
  since: z.number(),
  items: z.number(),
})
/** Items held in quarantine because they came from an untrusted domain. */
export type Held = z.infer<typeof Held>

const Places = z.object({
  /** Digest of the address that these places belong to; another address starts without any. */
  of: z.string().default(''),
  /** Domains that proved to carry the source's own items, or were accepted; the latest last. */
  trusted: z.array(z.string()).default([]),
  /** Domains that were refused. */
  refused: z.array(z.string()).default([]),
  held: Held.nullable().default(null),
})
export type Places = z.infer<typeof Places>

const NOWHERE: Places = { of: '', trusted: [], refused: [], held: null }
const MAX_DOMAINS = 12

/** @returns no places if the text cannot be parsed */
export const parsePlaces = (text: string | undefined): Places => {
  if (!text) return NOWHERE
  try {
    return Places.safeParse(JSON.parse(text)).data ?? NOWHERE
  } catch {
    return NOWHERE
  }
}

/** @returns an empty string if there is nothing to remember */
export const writePlaces = ({ of, trusted, refused, held }: Places): string =>
  trusted.length + refused.length === 0 && held === null
    ? ''
    : JSON.stringify({ of, trusted: trusted.slice(-MAX_DOMAINS), refused: refused.slice(-MAX_DOMAINS), held })

type Addressed = Pick<Source, 'url' | 'site'>
interface Known {
  readonly adopted: Adopted | null
  readonly places: Places
}

/** Returns the places of a source's current address. */
export const selectPlaces = ({ url }: Addressed, { places }: Pick<Known, 'places'>): Places => {
  const of = digestUrl(url)
  return places.of === of ? places : { ...NOWHERE, of }
}

const parseDomain = (url: string): string => (URL.canParse(url) ? registrableDomain(url) : '')

/** Whether content from a URL belongs to the source. */
export const isTrusted = (source: Addressed, state: Known, url: string): boolean => {
  const domain = parseDomain(url)
  const { adopted } = state
  const own = [
    source.url,
    ...(source.site ? [source.site] : []),
    ...(adopted && adopted.from === digestUrl(source.url) ? [adopted.url] : []),
  ].map(parseDomain)
  return domain !== '' && (own.includes(domain) || selectPlaces(source, state).trusted.includes(domain))
}

export const isRefused = (source: Addressed, state: Pick<Known, 'places'>, url: string): boolean =>
  selectPlaces(source, state).refused.includes(parseDomain(url))

/** The same places with a domain accepted. */
export const withTrusted = (places: Places, url: string): Places => {
  const domain = parseDomain(url)
  const without = (domains: readonly string[]) => domains.filter(each => each !== domain)
  return { ...places, trusted: [...without(places.trusted), domain], refused: without(places.refused) }
}

/** The same places with a domain refused, and nothing held. */
export const withRefused = (places: Places, url: string): Places => {
  const domain = parseDomain(url)
  const without = (domains: readonly string[]) => domains.filter(each => each !== domain)
  return { ...places, refused: [...without(places.refused), domain], trusted: without(places.trusted), held: null }
}

/**
 * Where an answer came from, if that is none of the source's own places; else null.
 * @param url where the answer came from
 * @param movedTo target of the leading permanent redirects, or null
 */
export const awayAt = (
  source: Addressed,
  state: Known,
  { url, movedTo }: { readonly url: string; readonly movedTo: string | null },
): { readonly to: string; readonly isPermanent: boolean } | null => {
  if (movedTo !== null && !isTrusted(source, state, movedTo)) return { to: movedTo, isPermanent: true }
  return isTrusted(source, state, url) ? null : { to: url, isPermanent: false }
}
