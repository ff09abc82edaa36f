/** An event as services report it in the stream, and the reasons to refuse one. */

import type { ArticleId } from '../domain/article.ts'
import { articleId, bareId, canonicalUrl, type Keeps } from '../domain/canonical-url.ts'
import { EVENT_KINDS, REPORTED_KINDS, UNDONE_KINDS } from '../domain/counts.ts'
import { EVENT_FIELDS, type EventField } from '../domain/event-fields.ts'
import { EVENT_KIND_TABLE, type EventKind } from '../domain/event-kinds.ts'
import { namesRobot } from './robots.ts'

export interface ReadEvent {
  /** The kind that it counts for; of `uncomment` that is `comment`. */
  readonly kind: EventKind
  /** Adds one, takes one back, or sets the total to `count`. */
  readonly does: 'add' | 'undo' | 'set'
  /** Total by the site's own counter, if it sets one; else 0. */
  readonly count: number
  readonly article: ArticleId
  /** As the service reported it; hashed before it is stored. Empty if the service gave none. */
  readonly visitor: string
  /** The visitor's network, as the service reported it; also hashed. Empty if the service gave none. */
  readonly network: string
  /** When it happened, ms since the epoch. */
  readonly at: number
  /** Whole seconds of reading; 0 if the service gave none. */
  readonly seconds: number
  /** The event's id, as the service reported it; empty if the service gave none. */
  readonly id: string
}

export const REFUSALS = [
  'malformed',
  'unknown-kind',
  'no-article',
  'unknown-article',
  'bot',
  'repeated',
  'replayed',
  'burst',
  'crowded',
  'too-late',
  'in-future',
  'superseded',
] as const
export type Refusal = (typeof REFUSALS)[number]

export type ParsedEvent = ReadEvent | { readonly refused: Refusal; readonly detail: string }

const MAX_LENGTH = 2_048
const AHEAD = 60_000

const refuse = (refused: Refusal, detail: string): ParsedEvent => ({ refused, detail: detail.slice(0, 200) })

/** An article's id, or any URL that normalises to one. */
export const parseArticleId = (written: string, keeps?: Keeps): ArticleId | null => {
  if (/^[0-9a-f]{16}$/.test(written)) return written as ArticleId
  const url = canonicalUrl(written, keeps)
  return url === null ? null : articleId(url)
}

/** The id of the URL without doubtful parameters, if it differs. */
export const parseBareId = (written: string, keeps?: Keeps): ArticleId | null => {
  if (!written.includes('?')) return null
  const url = canonicalUrl(written, keeps)
  return url === null ? null : bareId(url)
}

const parseTimestamp = (written: string | undefined): number | null | undefined => {
  if (written === undefined || written === '') return undefined
  const at = /^\d{10,13}$/.test(written) ? Number(written) * (written.length <= 10 ? 1_000 : 1) : Date.parse(written)
  return Number.isFinite(at) ? at : null
}

/** The fields of a stream entry that we read. */
export type EventText = { [Field in EventField]?: string | undefined }

const FIELDS: ReadonlySet<string> = new Set(EVENT_FIELDS)

/** @param flat fields of a stream entry as Redis returns them: name, value, ... */
export const eventText = (flat: readonly string[]): EventText => {
  // Created with all its fields: an object of a fixed shape is several times faster to read than a dictionary.
  const text: Record<EventField, string | undefined> = {
    kind: undefined,
    article: undefined,
    visitor: undefined,
    network: undefined,
    ua: undefined,
    at: undefined,
    seconds: undefined,
    id: undefined,
    count: undefined,
  }
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const name = flat[index] ?? ''
    if (FIELDS.has(name)) text[name as EventField] = flat[index + 1] // one of the fields above
  }
  return text
}

const tooLong = (text: EventText): ParsedEvent | null => {
  for (const name in text) {
    const value = text[name as keyof EventText] // its own fields only
    if (value !== undefined && value.length > MAX_LENGTH)
      return refuse('malformed', `${name} has ${value.length} characters, more than ${MAX_LENGTH}`)
  }
  return null
}

/** Lookups that many events repeat; pass ones that cache. */
export interface Asks {
  readonly parseArticleId: (written: string) => ArticleId | null
  readonly isRobot: (ua: string) => boolean
}

export const ASKS: Asks = { parseArticleId, isRobot: namesRobot }

const DAY_SECONDS = 86_400

/**
 * @param fields of the stream entry
 * @param addedAt when the entry was added, ms; taken as the time of the event if `at` is missing
 * @param latest how late an event may arrive, ms
 */
export const parseEvent = (
  fields: EventText,
  addedAt: number,
  latest: number,
  { parseArticleId: parseId, isRobot }: Asks = ASKS,
): ParsedEvent => {
  const { kind, article, ua, at: writtenAt, seconds: writtenSeconds, count: writtenCount, id = '' } = fields
  const long = tooLong(fields)
  if (long) return long
  if (kind === undefined) return refuse('malformed', 'no kind')
  const undone = UNDONE_KINDS.get(kind)
  const counted = undone ?? EVENT_KINDS.find(each => each === kind)
  if (counted === undefined)
    return refuse('unknown-kind', `kind ${JSON.stringify(kind)} is none of ${REPORTED_KINDS.join(', ')}`)
  if (!article) return refuse('no-article', 'no article')
  const named = parseId(article)
  if (named === null)
    return refuse('unknown-article', `article ${JSON.stringify(article)} is neither an id nor an http(s) URL`)
  if (ua !== undefined && ua !== '' && isRobot(ua)) return refuse('bot', ua)
  const given = parseTimestamp(writtenAt)
  if (given === null) return refuse('malformed', `at ${JSON.stringify(writtenAt)} is neither ISO 8601 nor Unix time`)
  const at = given ?? addedAt
  if (at > addedAt + AHEAD) return refuse('in-future', `at ${new Date(at).toISOString()}`)
  if (at < addedAt - latest) return refuse('too-late', `at ${new Date(at).toISOString()}`)
  const seconds = writtenSeconds ? Number(writtenSeconds) : 0
  if (!(seconds >= 0 && seconds <= DAY_SECONDS))
    return refuse('malformed', `seconds ${JSON.stringify(writtenSeconds)} is no number from 0 to ${DAY_SECONDS}`)
  const isTotal = writtenCount !== undefined && writtenCount !== ''
  if (isTotal && undone) return refuse('malformed', `count with kind ${kind}: a total is one of ${undone}`)
  if (isTotal && !/^\d{1,15}$/.test(writtenCount))
    return refuse('malformed', `count ${JSON.stringify(writtenCount)} is no whole number from 0 on`)
  // A total is the site's own: no visitor stands behind it.
  const { visitor = '', network = '' } = isTotal ? {} : fields
  return {
    kind: counted,
    does: isTotal ? 'set' : undone ? 'undo' : 'add',
    count: isTotal ? Number(writtenCount) : 0,
    article: named,
    ...{ visitor, network, id },
    at: Math.min(at, addedAt),
    seconds: EVENT_KIND_TABLE[counted].isReading && !isTotal ? Math.round(seconds) : 0,
  }
}
