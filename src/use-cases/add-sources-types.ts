/** How the desk comes to new sources: what it needs of the rooms that find feeds and read OPML. */

import type { Source } from '../domain/source.ts'

/** A feed that was found, as the source it would be. */
export interface Proposed {
  readonly source: Source
  /** Of the feed. */
  readonly title: string
  readonly format: string
  readonly items: number
  /** ms since the epoch of its newest item; null where none is dated. */
  readonly newest: number | null
  /** In words; empty where its dates do not tell. */
  readonly rate: string
  /** How it was found, in words. */
  readonly how: string
  /** Why this section, in words. */
  readonly why: string
  /** Id of a source that is the same feed. */
  readonly knownAs: string | null
}

export type Finding =
  | { readonly kind: 'found'; readonly proposals: readonly Proposed[] }
  | { readonly kind: 'none'; readonly why: string }

export type OpmlPlan =
  | {
      readonly kind: 'plan'
      readonly added: readonly Source[]
      /** What is left out, and why. */
      readonly left: readonly { readonly title: string; readonly why: string }[]
    }
  | { readonly kind: 'not-opml'; readonly detail: string }

export interface Adding {
  /** @param typed an address of a feed, or of any page of a publisher */
  find(typed: string): Promise<Finding>
  /** @param section of whatever its folders do not file */
  readOpml(document: Uint8Array, section: string): OpmlPlan
  /** All sources, their addresses without what opens a door: what a browser downloads lies about. */
  writeOpml(): string
}
