/** An article: an item normalised. Its identity is its canonical URL. */

import type { SectionId } from './section.ts'
import type { SourceId } from './source.ts'

/** First 16 hex digits of SHA-256 of the identity key of its canonical URL. */
export type ArticleId = string & { readonly __brand: 'ArticleId' }
export type StoryId = string & { readonly __brand: 'StoryId' }

/** One thing that speaks for a section, kept with the article so that its section can be explained. */
export interface Evidence {
  readonly section: SectionId
  /**
   * What spoke: the source's default, a category of the feed, a segment of the URL, the text, a place, the form; or an
   * editor, who decides.
   */
  readonly from: 'source' | 'category' | 'url' | 'text' | 'place' | 'form' | 'editor'
  /** The word or segment itself; of an editor, who it was. */
  readonly what: string
  /** 0 to 1. */
  readonly weight: number
}

export interface Article {
  readonly id: ArticleId
  /** The URL to show: absolute, without tracking parameters. */
  readonly url: string
  /** Plain text, never empty. */
  readonly title: string
  /** Plain text near 300 characters, or empty. */
  readonly summary: string
  readonly author: string | null
  readonly image: string | null
  /** BCP 47; `en` where nobody says. */
  readonly language: string
  /** Whether its item, its feed or its source says the language. Known while it is taken in; not kept. */
  readonly isLanguageDeclared?: boolean
  /** ms since the epoch, clamped to be no later than when we first saw it. */
  readonly publishedAt: number
  /** ms since the epoch: when newsdesk first saw it. */
  readonly firstSeenAt: number
  readonly section: SectionId
  /** Primary section first, then up to two more. */
  readonly sections: readonly SectionId[]
  readonly evidence: readonly Evidence[]
  /** Who carries it; the first is the one it is shown under. */
  readonly sources: readonly SourceId[]
}

/** Why an item did not become an article. Kept and counted, never thrown. */
export interface Refused {
  readonly kind: 'refused'
  readonly reason: 'no-title' | 'no-link' | 'bad-link' | 'too-old' | 'not-an-article'
  readonly detail: string
}
