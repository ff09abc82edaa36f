/**
 * `POST /v1/events`: pages report reads. The route checks their shape and appends them to the stream; the counter
 * decides whether an event counts. Neither addresses nor visitors are stored as they were sent.
 */

import express, { type Request, type Response, Router } from 'express'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { HttpSettings } from '../../config/sections/public-server.ts'
import { streamFields } from '../../domain/event-fields.ts'
import { EventFields } from '../../domain/redis-contract.ts'
import { createDayKeys, getDayNumber, keyedHash } from '../../events/visitor.ts'
import { TimeoutError, withTimeout } from '../../redis/health-check.ts'
import type { Keys } from '../../redis/keys.ts'
import type { ReplicationBarrier } from '../../redis/replication-barrier.ts'
import { isTransientError } from '../../redis/transient-error.ts'
import { findNetwork } from '../../util/ip-network.ts'
import { ANSWER_WITHIN } from '../response-timeout.ts'
import { createAllowance } from './rate-limit.ts'

export interface EventsRouteParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly settings: () => HttpSettings
  /** Maximum number of events in the stream: at the limit, further events are refused until some are counted. */
  readonly maxLength: () => number
  /** Waits until accepted events survive the loss of a master, if so configured. */
  readonly barrier?: ReplicationBarrier
  /** Called with how many events were accepted. */
  readonly onAccepted?: (count: number) => void
  /** ms since the epoch. */
  readonly now: () => number
}

/** Bodies in memory at a time; further requests are answered 503. */
const MAX_AT_ONCE = 64
const MAX_USER_AGENT = 512
/** How long the stream's length is cached, ms. */
const LENGTH_TTL = 1_000
/**
 * Timeout of a request, ms. It is shorter than the general one (src/server/response-timeout.ts), so that the response
 * can say what happened to the events.
 */
const REQUEST_TIMEOUT = ANSWER_WITHIN - 200
const NOT_ACCEPTED = 'not ready: Redis does not answer; no event was accepted; send again'
const UNKNOWN =
  'Redis does not answer; it is not known whether the events were accepted: send them again; events with an id are counted once'

/** The network is set here: a page could only know its own. */
const { network: _, count: __, ...OfPages } = EventFields.shape
const Reported = z.object({
  ...OfPages,
  at: z.union([z.string().max(40), z.number()]).optional(),
  seconds: z.union([z.string().max(20), z.number()]).optional(),
})
type Reported = z.infer<typeof Reported>

/** The sender of a request, as far as known. */
interface Sender {
  readonly address: string
  readonly network: string
  readonly ua: string
}

/** One event, a list of them, or `{ "events": [...] }`. */
const listEvents = (body: unknown): unknown[] => {
  if (Array.isArray(body)) return body
  const inner = (body as { events?: unknown } | null)?.events
  return Array.isArray(inner) ? inner : [body]
}

interface RefusedRequestBody {
  readonly status: number
  readonly error: string
}

/** Beacons are sent as text/plain, application/json or a form, whichever the page could send without a preflight. */
const parseBody = (contentType: string, text: string): unknown => {
  if (contentType.startsWith('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(text).entries())
  return JSON.parse(text)
}

const hasCount = (event: unknown): boolean => (event as { count?: unknown }).count !== undefined // an object: it was parsed

const read = (contentType: string, text: string, most: number): readonly Reported[] | RefusedRequestBody => {
  let body: unknown
  try {
    body = parseBody(contentType, text)
  } catch (error) {
    return {
      status: 400,
      error: `the body is not JSON (${error instanceof Error ? error.message : error}): send one event, or an array of them`,
    }
  }
  const list = listEvents(body)
  if (list.length === 0) return { status: 400, error: 'no events in the body' }
  if (list.length > most)
    return { status: 413, error: `${list.length} events in one request; at most ${most}: send them in parts` }
  const parsed: Reported[] = []
  for (const [index, each] of list.entries()) {
    const outcome = Reported.safeParse(each)
    if (outcome.success && hasCount(each))
      return {
        status: 400,
        error: `${list.length > 1 ? `events[${index}].` : ''}count: pages cannot set totals; the site's own service reports them with XADD (docs/redis-contract.md); no event was accepted`,
      }
    if (outcome.success) parsed.push(outcome.data)
    else {
      const [issue] = outcome.error.issues
      const where = [...(list.length > 1 ? [`events[${index}]`] : []), ...(issue?.path ?? []).map(String)].join('.')
      return { status: 400, error: `${where === '' ? 'event' : where}: ${issue?.message}; no event was accepted` }
    }
  }
  return parsed
}

/** Whether the stream holds as many events as it may; its length is read once a second. */
const createFullCheck = ({
  redis,
  keys,
  maxLength,
  now,
}: Pick<EventsRouteParts, 'redis' | 'keys' | 'maxLength' | 'now'>) => {
  let waiting = { length: 0, readAt: Number.NEGATIVE_INFINITY }
  return async (): Promise<boolean> => {
    if (Math.abs(now() - waiting.readAt) >= LENGTH_TTL)
      waiting = { length: await redis.xlen(keys.events()), readAt: now() }
    return waiting.length >= maxLength()
  }
}

/** The fields of an event in the stream. @param hashed hashes a text with the key of the day */
const buildFields = (event: Reported, { address, network, ua }: Sender, hashed: (text: string) => string) => {
  // The page's visitor id is hashed as well: it may be a name or an address.
  const visitor = event.visitor ? `g${hashed(event.visitor)}` : `h${hashed(`${address}\n${ua}`)}`
  const agent = (event.ua ?? ua).slice(0, MAX_USER_AGENT)
  return streamFields({
    ...event,
    visitor,
    network: network === '' ? undefined : hashed(network),
    ua: agent === '' ? undefined : agent,
    // The id is hashed with the visitor: a guessed event id cannot make another visitor's event count as a duplicate.
    id: event.id === undefined ? undefined : hashed(`${visitor}\n${event.id}`),
  })
}

/** Appends events to the stream, and waits until they are replicated, where that is wanted. */
const append = async (
  { redis, keys, barrier }: Pick<EventsRouteParts, 'redis' | 'keys' | 'barrier'>,
  events: readonly ReturnType<typeof buildFields>[],
): Promise<void> => {
  const added = redis.pipeline()
  for (const fields of events) added.xadd(keys.events(), '*', ...fields)
  const confirmReplicated = barrier?.begin()
  for (const [error] of (await added.exec()) ?? []) if (error) throw error
  await confirmReplicated?.()
}

export const eventsRoute = (parts: EventsRouteParts): Router => {
  const { redis, keys, settings, maxLength, now } = parts
  const router = Router()
  const dayKeys = createDayKeys({ redis, keys })
  const allowance = createAllowance({ perMinute: () => settings().perMinute, now })
  let active = 0
  const isFull = createFullCheck({ redis, keys, maxLength, now })

  const accept = async (request: Request, response: Response, stage: { isSent: boolean }): Promise<void> => {
    const refuse = ({ status, error }: RefusedRequestBody, retryAfter?: number) => {
      if (retryAfter !== undefined) response.set('retry-after', String(retryAfter))
      response.status(status).json({ error })
    }
    if (redis.status !== 'ready') return refuse({ status: 503, error: NOT_ACCEPTED }, 5)
    const text: unknown = request.body
    const { maxEvents } = settings()
    const events = read(request.get('content-type') ?? '', typeof text === 'string' ? text : '', maxEvents)
    if ('status' in events) return refuse(events)
    if (await isFull()) return refuse({ status: 503, error: 'too many events wait to be counted; send again' }, 30)
    const key = await dayKeys.of(getDayNumber(now()))
    const address = request.ip ?? ''
    const network = findNetwork(address)
    const wait = allowance.take(keyedHash(key, network), events.length)
    if (wait > 0) return refuse({ status: 429, error: 'too many events from this address in a minute' }, wait)
    // The client has already been told that nothing was accepted, so accept nothing.
    if (response.headersSent) return
    stage.isSent = true
    const sender = { address, network, ua: request.get('user-agent') ?? '' }
    const hashed = (text: string) => keyedHash(key, text)
    await append(
      parts,
      events.map(event => buildFields(event, sender, hashed)),
    )
    parts.onAccepted?.(events.length)
    if (!response.headersSent) response.status(204).end()
  }

  const body = (request: Request, response: Response, next: (error?: unknown) => void) =>
    express.text({ type: () => true, limit: settings().maxBody, inflate: false })(request, response, next)

  router.post('/', body, async (request, response) => {
    if (active >= MAX_AT_ONCE) {
      response.status(503).set('retry-after', '5').json({ error: 'busy; send again' })
      return
    }
    active += 1
    const stage = { isSent: false }
    try {
      const accepting = accept(request, response, stage)
      await withTimeout(accepting, REQUEST_TIMEOUT)
    } catch (error) {
      const isTransient = error instanceof TimeoutError || (error instanceof Error && isTransientError(error))
      if (!isTransient || response.headersSent) throw error
      const why = stage.isSent ? UNKNOWN : NOT_ACCEPTED
      response.status(503).set('retry-after', '5').json({ error: why })
    } finally {
      active -= 1
    }
  })
  router.all('/', (_request, response) => {
    response.status(405).set('allow', 'POST').json({ error: 'events are reported with POST' })
  })
  return router
}
