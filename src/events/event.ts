/** An event as services report it in the stream, and why one is refused. (pure) */

import { isbot } from 'isbot'
import type { ArticleId } from '../article/article.ts'
import { articleId, canonicalUrl } from '../article/identity.ts'
import { EVENT_KINDS, type EventKind } from '../lists/entry.ts'

export interface ReadEvent {
  readonly kind: EventKind
  readonly article: ArticleId
  /** As the service gave it; hashed before anything is kept. Empty where it gave none. */
  readonly visitor: string
  /** ms since the epoch: when it happened. */
  readonly at: number
}

export const REFUSALS = [
  'malformed',
  'unknown-kind',
  'no-article',
  'unknown-article',
  'bot',
  'repeated',
  'too-late',
  'in-future',
] as const
export type Refusal = (typeof REFUSALS)[number]

export type ParsedEvent = ReadEvent | { readonly refused: Refusal; readonly detail: string }

const LONGEST = 2_048
const AHEAD = 60_000

const refuse = (refused: Refusal, detail: string): ParsedEvent => ({ refused, detail: detail.slice(0, 200) })

/** An article's id, or any URL that normalises to one. */
const articleOf = (written: string): ArticleId | null => {
  if (/^[0-9a-f]{16}$/.test(written)) return written as ArticleId
  const url = canonicalUrl(written)
  return url === null ? null : articleId(url)
}

const momentOf = (written: string | undefined): number | null | undefined => {
  if (written === undefined || written === '') return undefined
  const at = /^\d{10,13}$/.test(written) ? Number(written) * (written.length <= 10 ? 1_000 : 1) : Date.parse(written)
  return Number.isFinite(at) ? at : null
}

/**
 * @param fields of the stream's entry: kind, article, visitor, ua, at
 * @param addedAt ms: when the entry was added, which is when it happened where `at` is not given
 * @param latest ms: how late an event may come
 */
export const parseEvent = (fields: Readonly<Record<string, string>>, addedAt: number, latest: number): ParsedEvent => {
  const { kind, article, visitor = '', ua, at: writtenAt } = fields
  for (const [name, value] of Object.entries(fields)) {
    if (value.length > LONGEST)
      return refuse('malformed', `${name} has ${value.length} characters, more than ${LONGEST}`)
  }
  if (kind === undefined) return refuse('malformed', `no kind among its fields ${Object.keys(fields).join(', ')}`)
  if (!(EVENT_KINDS as readonly string[]).includes(kind))
    return refuse('unknown-kind', `kind ${JSON.stringify(kind)} is none of ${EVENT_KINDS.join(', ')}`)
  if (!article) return refuse('no-article', 'no article')
  const id = articleOf(article)
  if (id === null)
    return refuse('unknown-article', `article ${JSON.stringify(article)} is neither an id nor an http(s) URL`)
  if (ua !== undefined && ua !== '' && isbot(ua)) return refuse('bot', ua)
  const given = momentOf(writtenAt)
  if (given === null) return refuse('malformed', `at ${JSON.stringify(writtenAt)} is neither ISO 8601 nor Unix time`)
  const at = given ?? addedAt
  if (at > addedAt + AHEAD) return refuse('in-future', `at ${new Date(at).toISOString()}`)
  if (at < addedAt - latest) return refuse('too-late', `at ${new Date(at).toISOString()}`)
  return { kind: kind as EventKind, article: id, visitor, at: Math.min(at, addedAt) }
}
