/**
 * `GET /v1/updates`: server-sent events of changed lists, for pages. One connection to Redis reads for all who listen; who was away says
 * what it heard last (Last-Event-ID) and is told what it missed.
 */

import { type Request, type Response, Router } from 'express'
import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.ts'
import { isAfter } from '../redis/stream-id.ts'

export interface UpdatesRouteParts {
  readonly redis: Redis
  /** A connection of its own: waiting for updates blocks it. */
  readonly blocking: Redis
  readonly keys: Keys
  /** Aborted when the server stops. */
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
}

const MOST_LISTENERS = 2_000
const MOST_LISTS = 200
const BLOCK = 5_000
const PAGE = 500
const RETRY_AFTER = 1_000
/** Bytes a slow listener may be behind; then it is let go, and comes back for what it missed. */
const MOST_BEHIND = 256 * 1_024

type StreamEntry = readonly [id: string, fields: readonly string[]]

interface Listener {
  readonly response: Response
  /** null: all. */
  readonly lists: ReadonlySet<string> | null
  /** What it was told last. */
  last: string
  /** What came while it was told what it missed; null from then on. */
  waiting: StreamEntry[] | null
}

const eventOf = ([id, fields]: StreamEntry): string => {
  const value = (name: string) => fields[fields.indexOf(name) + 1] ?? ''
  const data = JSON.stringify({ list: value('list'), version: Number(value('version')), at: value('at') })
  return `id: ${id}\nevent: update\ndata: ${data}\n\n`
}

const listOf = ([, fields]: StreamEntry): string => fields[fields.indexOf('list') + 1] ?? ''

const ID = /^\d{1,16}-\d{1,16}$/

export const updatesRoute = ({ redis, blocking, keys, signal, onError }: UpdatesRouteParts): Router => {
  const listeners = new Set<Listener>()
  let reading: Promise<void> | null = null

  const tell = (listener: Listener, entries: readonly StreamEntry[]): void => {
    const { response, lists, last } = listener
    const fresh = entries.filter(([id]) => isAfter(id, last))
    listener.last = fresh.at(-1)?.[0] ?? last
    const wanted = fresh.filter(entry => lists === null || lists.has(listOf(entry)))
    if (wanted.length > 0) response.write(wanted.map(eventOf).join(''))
    if (response.writableLength > MOST_BEHIND) response.end()
  }

  /** Reads as long as anybody listens. */
  const read = async (from: string): Promise<void> => {
    let last = from
    while (listeners.size > 0 && !signal.aborted) {
      try {
        const answer = await blocking.xread('COUNT', PAGE, 'BLOCK', BLOCK, 'STREAMS', keys.updates(), last)
        const entries = answer?.[0]?.[1] ?? []
        last = entries.at(-1)?.[0] ?? last
        for (const listener of listeners) {
          if (listener.waiting) listener.waiting.push(...entries)
          else tell(listener, entries)
          // A line that says nothing keeps proxies from closing what is quiet.
          if (entries.length === 0) listener.response.write(': quiet\n\n')
        }
      } catch (error) {
        if (signal.aborted) return
        onError(error)
        await new Promise(resolve => setTimeout(resolve, RETRY_AFTER))
      }
    }
  }

  const newest = async (): Promise<string> =>
    (await redis.xrevrange(keys.updates(), '+', '-', 'COUNT', 1))[0]?.[0] ?? '0-0'

  const startReading = async (): Promise<void> => {
    const from = await newest()
    reading ??= read(from).finally(() => {
      reading = null
      if (listeners.size > 0 && !signal.aborted) startReading().catch(onError)
    })
  }

  const tellMissed = async (listener: Listener): Promise<void> => {
    for (;;) {
      const page = await redis.xrange(keys.updates(), `(${listener.last}`, '+', 'COUNT', PAGE)
      tell(listener, page)
      if (page.length < PAGE) break
    }
    const waiting = listener.waiting ?? []
    listener.waiting = null
    tell(listener, waiting)
  }

  const router = Router()
  router.get('/', async (request: Request, response: Response) => {
    const asked = request.query.lists
    const lists = asked === undefined ? null : new Set(String(asked).split(',').filter(Boolean))
    const heard = request.get('last-event-id')
    if (lists && (lists.size === 0 || lists.size > MOST_LISTS)) {
      response.status(400).json({ error: `lists must name 1 to ${MOST_LISTS} lists, parted by commas` })
      return
    }
    if (heard !== undefined && !ID.test(heard)) {
      response.status(400).json({ error: `Last-Event-ID ${JSON.stringify(heard.slice(0, 50))} is none of ours` })
      return
    }
    if (listeners.size >= MOST_LISTENERS) {
      response.status(503).set('retry-after', '10').json({ error: 'too many listen already' })
      return
    }
    const from = heard ?? (await newest())
    response.set({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    response.write('retry: 2000\n\n')
    const listener: Listener = { response, lists, last: from, waiting: [] }
    listeners.add(listener)
    response.on('close', () => listeners.delete(listener))
    if (!reading) await startReading()
    await tellMissed(listener)
  })
  return router
}
