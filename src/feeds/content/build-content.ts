/** Builds the text that is kept of an article from what its feed has. (pure) */

import { decodeHTML } from 'entities'
import type { ArticleSettings } from '../../config/sections/articles.ts'
import type { ArticleContent, KeptContent } from '../../domain/content.ts'
import type { ItemContent } from '../../domain/feed-item.ts'
import type { Source } from '../../domain/source.ts'
import { goesOn, withoutTails } from '../../util/plain-text.ts'
import { yieldToEventLoop } from '../../util/slices.ts'
import { holdsHtml, isAllHtml } from '../fields/text-kind.ts'
import { cutHtml, cutText } from './cut.ts'
import { markupText, textParagraphs } from './markup-text.ts'
import { countWords, readingMinutes } from './reading-time.ts'

export interface ContentSettings {
  readonly keep: KeptContent
  /** Most bytes of the text or HTML, in UTF-8. */
  readonly bytes: number
  /** Whether the pages of articles are fetched of which the feed has only the beginning. */
  readonly fromPages: boolean
}
type Kept = Pick<ContentSettings, 'keep' | 'bytes'>

/** What is kept of the text of a source's articles. */
export const contentSettings = (
  { content }: Pick<Source, 'content'>,
  articles: Pick<ArticleSettings, 'content' | 'contentSize'>,
): ContentSettings => {
  const fromPages = content === 'page'
  const keep = content !== undefined && content !== 'page' ? content : articles.content
  return { keep: fromPages && keep === 'off' ? 'text' : keep, bytes: articles.contentSize, fromPages }
}

/** Whether what the feed has of a text is only its beginning, or nothing. */
export const isBeginning = (content: ArticleContent | null): boolean =>
  content === null || isTeaser(content.text ?? (content.html ?? '').replace(/<[^<>]{0,2000}>/g, ''), content.words)

/** Characters and tags of markup that are read of one item: the time of parsers is not bounded by length. */
const MAX_MARKUP = 200_000
const MAX_TAGS = 8_000

const limitMarkup = (markup: string): string => {
  let end = -1
  for (let tags = 0; tags < MAX_TAGS; tags += 1) {
    end = markup.indexOf('<', end + 1)
    if (end < 0 || end > MAX_MARKUP) break
  }
  const limited = end < 0 ? markup : markup.slice(0, end)
  return limited.length > MAX_MARKUP ? limited.slice(0, MAX_MARKUP).replace(/<[^<>]*$/, '') : limited
}

/** Words from which a description may be the whole text rather than a teaser. */
const WHOLE_FROM = 120

interface Markup {
  readonly markup: string
  readonly kind: 'html' | 'xml' | 'text'
  /** Whether it is only the beginning. */
  readonly isLimited: boolean
}

/** Says what a text of unknown kind is, and decodes HTML that was escaped twice. */
const readMarkup = ({ markup: whole, kind }: ItemContent): Markup => {
  const read = (markup: string, as: Markup['kind'], from = whole): Markup => ({
    ...{ markup, kind: as, isLimited: markup.length < from.length },
  })
  if (kind === 'text') return read(whole.slice(0, MAX_MARKUP), kind)
  const markup = limitMarkup(whole)
  if (kind === 'xml') return read(markup, kind)
  if (holdsHtml(markup)) return read(markup, 'html')
  const decoded = markup.includes('&') ? decodeHTML(markup) : markup
  return isAllHtml(decoded) ? read(limitMarkup(decoded), 'html', decoded) : read(decoded, 'text', decoded)
}

const readText = ({ markup, kind }: Markup): string =>
  kind === 'text' ? textParagraphs(markup) : markupText(markup, kind === 'xml')

/** Removes a last paragraph that only says where the text appeared first, or that there is more. */
const withoutEnding = (text: string): string => {
  const last = text.lastIndexOf('\n\n')
  return last > 0 && withoutTails(text.slice(last + 2)) === '' ? text.slice(0, last) : text
}

const escapeText = (text: string): string =>
  text.replace(/[&<>]/g, char => ({ '&': '&amp;', '<': '&lt;' })[char] ?? '&gt;')

const buildHtml = (read: Markup, text: string, base: string | undefined, sanitise: Sanitise): string =>
  read.kind === 'text'
    ? text
        .split('\n\n')
        .map(paragraph => `<p>${escapeText(paragraph).replaceAll('\n', '<br />')}</p>`)
        .join('')
    : sanitise(read.markup, base)

type Sanitise = (markup: string, base: string | undefined) => string

/** Whether a text goes on where the feed does not have it. */
export const isTeaser = (text: string, words: number): boolean => words < WHOLE_FROM || goesOn(text)

const build = (
  content: ItemContent,
  summary: string | null,
  { keep, bytes }: Kept,
  sanitise: Sanitise | null,
): ArticleContent | null => {
  const read = readMarkup(content)
  const written = readText(read)
  const text = withoutEnding(written)
  // A text that the summary has all of is not kept twice.
  if (sanitise === null && (text === '' || text === summary)) return null
  const words = countWords(text)
  if (content.isDescription && isTeaser(written, words)) return null
  const about = { words, minutes: readingMinutes(words), from: 'feed' as const }
  const whole = sanitise === null ? text : buildHtml(read, text, content.base, sanitise)
  if (whole === '') return null
  const kept = sanitise === null ? cutText(whole, bytes) : cutHtml(whole, bytes)
  return {
    ...(keep === 'html' ? { html: kept } : { text: kept }),
    ...about,
    ...(kept === whole && !read.isLimited ? {} : { isCut: true as const }),
  }
}

/** Items per slice: a few ms of work. */
const TURN = 20

/**
 * Builds the content of items, in order; null for those that have none, or no more than their summary.
 * @returns nothing for any item where nothing is to be kept
 */
export const buildContents = async (
  items: readonly { readonly content?: ItemContent; readonly summary: string | null }[],
  settings: Kept,
): Promise<(ArticleContent | null)[]> => {
  if (settings.keep === 'off') return items.map(() => null)
  // Loaded where it is needed: it brings a parser of style sheets with it.
  const sanitise = settings.keep === 'html' ? (await import('./sanitise.ts')).sanitise : null
  const contents: (ArticleContent | null)[] = []
  for (const { content, summary } of items) {
    if (contents.length > 0 && contents.length % TURN === 0) await yieldToEventLoop()
    contents.push(content === undefined ? null : build(content, summary, settings, sanitise))
  }
  return contents
}
