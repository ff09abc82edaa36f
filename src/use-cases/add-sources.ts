/** Adding sources in the admin UI, by the same discovery, proposals and OPML reader as on the command line. */

import type { Source } from '../domain/source.ts'
import { decode } from '../feeds/decode.ts'
import { readOpml } from '../sources/catalogue/opml.ts'
import { shownSource } from '../sources/state/public-view.ts'
import { withoutCredentials } from '../util/redact.ts'
import type { CommandContext } from './context.ts'
import { opmlOf, planOf } from './opml.ts'
import { addressOf, FOUND_HOW, proposalsAt, rateOf, titleOf } from './propose-sources.ts'

/** A feed that was found, and the source made of it. */
export interface Proposed {
  readonly source: Source
  /** Title of the feed. */
  readonly title: string
  readonly format: string
  readonly items: number
  /** Date of its newest item, ms since the epoch; null if no item has a date. */
  readonly newest: number | null
  /** How often it publishes, in words; empty if its dates do not tell. */
  readonly rate: string
  /** How it was found, in words. */
  readonly how: string
  /** Why this section, in words. */
  readonly why: string
  /** Describes the address it is stored under, if that or its domain differs from the given one; null otherwise. */
  readonly moved: string | null
  /** Id of the source that already has this feed; null if there is none. */
  readonly knownAs: string | null
}

export type FeedSearch =
  | { readonly kind: 'found'; readonly proposals: readonly Proposed[] }
  | { readonly kind: 'none'; readonly why: string }

export type OpmlPlan =
  | {
      readonly kind: 'plan'
      readonly added: readonly Source[]
      /** Outlines that are left out, and why. */
      readonly left: readonly { readonly title: string; readonly why: string }[]
    }
  | { readonly kind: 'not-opml'; readonly detail: string }

export interface AddSources {
  /** @param typed the address of a feed, or of any page of a publisher */
  find(typed: string): Promise<FeedSearch>
  /** @param section section of feeds whose folders name none */
  readOpml(document: Uint8Array, section: string): OpmlPlan
  /** Exports all sources. URLs have no credentials, since downloaded files may be left lying about. */
  writeOpml(): string
}

export type AddSourcesParts = Pick<CommandContext, 'redis' | 'keys'> & {
  readonly sources: Pick<CommandContext['sources'], 'list'>
  readonly config: () => CommandContext['config']
}

export const createAddSources = ({ redis, keys, sources, config }: AddSourcesParts): AddSources => ({
  async find(typed) {
    const url = addressOf(typed)
    if (url === null) return { kind: 'none', why: 'That is not an http(s) address.' }
    const found = await proposalsAt({ redis, keys, sources, config: config() }, url, {})
    if (found.kind === 'none') return found
    const proposals = found.proposals.map(({ found: feed, source, why, moved, knownAs }) => ({
      ...{ source, why, moved, knownAs, title: titleOf(feed), format: feed.feed.format, items: feed.feed.items.length },
      ...{ newest: feed.newest, rate: rateOf(feed), how: FOUND_HOW[feed.how] },
    }))
    return { kind: 'found', proposals }
  },

  readOpml(document, section) {
    const opml = readOpml(decode(document, 'text/xml').text)
    if (opml.kind === 'not-opml') return opml
    const { added, repeats } = planOf(opml.outlines, sources.list(), config(), section)
    const left = [
      ...repeats.map(({ outline, detail }) => ({
        title: withoutCredentials(outline.title ?? outline.url),
        why: `a duplicate, ${detail}`,
      })),
      ...opml.warnings.map(warning => ({ title: '', why: withoutCredentials(warning) })),
    ]
    return { kind: 'plan', added, left }
  },

  writeOpml: () => opmlOf(sources.list().map(shownSource), config().taxonomy),
})
