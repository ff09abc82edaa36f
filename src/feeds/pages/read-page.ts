/** Reads the page of an article: its text, and what it says of itself. Takes a time that its limits bound. (pure) */

import type { ArticleContent } from '../../domain/content.ts'
import { splitWords } from '../../util/words.ts'
import { buildContents, type ContentSettings } from '../content/build-content.ts'
import { decode } from '../decode.ts'
import { extractText } from './extract.ts'
import { reducePage } from './reduce.ts'
import { type PageStatements, readStatements } from './statements.ts'

export interface PageToRead {
  readonly body: Uint8Array
  readonly contentType: string | null
  /** After redirects. */
  readonly url: string
  /** Title and summary of the article as its feed has them. */
  readonly title: string
  readonly summary: string
  readonly settings: Pick<ContentSettings, 'keep' | 'bytes'>
}

export type PageRead =
  | {
      readonly kind: 'read'
      readonly statements: PageStatements
      /** null where there is none to keep, for the reason in `without`. */
      readonly content: ArticleContent | null
      readonly without: 'paid' | 'closed' | 'no-text' | null
    }
  | { readonly kind: 'failed'; readonly reason: 'too-large' | 'another-page'; readonly detail: string }

/** Share of the words of its title that an article's page has: pages that ask for consent have almost none. */
const MIN_SHARED = 0.3

/** Whether a page can be that of an article. */
const isAbout = (title: string, { titles }: PageStatements, found: string): boolean => {
  const words = splitWords(title)
  const own = new Set([...splitWords(titles.join(' ')), ...splitWords(found)])
  return words.length === 0 || words.filter(word => own.has(word)).length >= words.length * MIN_SHARED
}

/** @returns null if it says no more than the summary */
const buildContent = async (
  { summary, settings }: PageToRead,
  markup: string,
  base: string,
): Promise<ArticleContent | null> => {
  if (markup === '') return null
  const [content] = await buildContents([{ content: { markup, kind: 'html', base }, summary }], settings)
  return content ? { ...content, from: 'page' } : null
}

const beginningOfText = ({ text, html }: ArticleContent): string =>
  text ?? (html ?? '').slice(0, 10_000).replace(/<[^<>]{0,2000}>/g, ' ')

export const readPage = async (page: PageToRead): Promise<PageRead> => {
  const { body, contentType, url, title } = page
  const reduced = reducePage(decode(body, contentType).text)
  if (reduced.kind === 'too-large') return { ...reduced, kind: 'failed', reason: 'too-large' }
  const statements = readStatements(reduced.marks, url)
  const extracted = await buildContent(page, extractText(reduced.markup, url, statements.titles), url)
  const content = extracted ?? (await buildContent(page, statements.body ?? '', url))
  if (!isAbout(title, statements, content ? beginningOfText(content) : ''))
    return {
      kind: 'failed',
      reason: 'another-page',
      detail: `${url} is titled ${JSON.stringify(statements.titles[0] ?? '')}`,
    }
  const without =
    statements.access === 'paid' ? 'paid' : statements.isClosed ? 'closed' : content === null ? 'no-text' : null
  return { kind: 'read', statements, content: without === null ? content : null, without }
}
