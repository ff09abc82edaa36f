/** An article: a normalised feed item. Its canonical URL identifies it. */

import type { Author, Enclosure } from './feed-item.ts'
import type { Picture } from './picture.ts'
import type { SectionId } from './section.ts'
import type { SourceId } from './source.ts'

/** First 16 hex digits of SHA-256 of the identity key of its canonical URL. */
export type ArticleId = string & { readonly __brand: 'ArticleId' }
export type StoryId = string & { readonly __brand: 'StoryId' }

/** A piece of evidence for a section, stored with the article so that its section can be explained. */
export interface Evidence {
  readonly section: SectionId
  /**
   * Where it comes from: the source's default, a category of the feed, a segment of the URL, the text, a place, the
   * form; a rule, which outweighs them; or an editor, whose choice is final.
   */
  readonly from: 'source' | 'category' | 'url' | 'text' | 'place' | 'form' | 'rule' | 'editor'
  /** The word or segment itself; for an editor, the editor's name; for a rule, the ids of the rules that matched. */
  readonly what: string
  /** 0 to 1. */
  readonly weight: number
}

/** What rules decided about an article (src/rules). */
export interface Ruled {
  /** Ids of the rules that matched, in order. */
  readonly rules: readonly string[]
  /** It is in no list, unless an editor pins it. */
  readonly isHidden?: true
  /** Factor on the weight of its source; 1 unless given. */
  readonly weight?: number
  /** It joins no story of other articles. */
  readonly isAlone?: true
}

export interface Article {
  readonly id: ArticleId
  /** The URL to show: absolute, without tracking parameters. */
  readonly url: string
  /** Plain text, never empty. */
  readonly title: string
  /** Plain text near 300 characters, or empty. */
  readonly summary: string
  /** Present if it has no title of its own: `title` is the beginning of its text. */
  readonly titleFrom?: 'text'
  /** Its authors in one text. */
  readonly author: string | null
  /** Its authors one by one; absent if there are none, or if a version stored it that kept none. */
  readonly authors?: readonly Author[]
  readonly image: string | null
  /** Up to ten pictures, the above first; missing if there is no more to say than that. */
  readonly images?: readonly Picture[]
  /** The publisher's own categories, in order; absent if there are none. */
  readonly categories?: readonly string[]
  /** Recordings and pictures that are enclosed with it, up to ten; absent if there are none. */
  readonly enclosures?: readonly Enclosure[]
  /** How many comments it has at its publisher's; absent if the feed does not say. */
  readonly publisherComments?: number
  /** BCP 47, detected from the text or declared; empty if the text says too little and nothing is declared. */
  readonly language: string
  /** ms since the epoch, clamped to be no later than when we first saw it. */
  readonly publishedAt: number
  /** ms since the epoch: when newsdesk first saw it. */
  readonly firstSeenAt: number
  readonly section: SectionId
  /** Primary section first, then up to two more. */
  readonly sections: readonly SectionId[]
  readonly evidence: readonly Evidence[]
  /** Sources that carry it; it is shown under the first. */
  readonly sources: readonly SourceId[]
  /** Labels that rules gave it, such as sponsored; absent if there are none. */
  readonly labels?: readonly string[]
  /** Absent if no rule matched it. */
  readonly ruled?: Ruled
}

/** Why an item did not become an article. Stored and counted, never thrown. */
export interface Refused {
  readonly kind: 'refused'
  /** `same-address`: the article at its address is a newer version of it; `rule`: a rule drops it. */
  readonly reason: 'no-title' | 'no-link' | 'bad-link' | 'too-old' | 'not-an-article' | 'same-address' | 'rule'
  readonly detail: string
}
