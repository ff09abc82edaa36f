/**
 * `GET /live?topics=sources`: server-sent events that tell an open page which keys changed; the page then fetches those
 * it shows. One check serves all listeners of a topic, and none is made without listeners. The number of listeners is
 * limited, and they end with their session.
 */

import { type Request, type Response, Router } from 'express'
import type { Logger } from 'pino'
import { withTimeout } from '../../../redis/health-check.ts'
import { createOutageLog } from '../../../redis/transient-error.ts'
import { createStreams, type EventStream, type StreamLimits } from '../../public/streams.ts'

export interface Topic {
  readonly name: string
  /** Reads what changed since the last call; the first call returns nothing. @returns keys such as source ids */
  readonly check: () => Promise<readonly string[]>
}

export interface LiveParts {
  readonly topics: readonly Topic[]
  /** Whether the user is still logged in: checked again while the page listens. */
  readonly isLoggedIn: (request: Request) => Promise<boolean>
  readonly log: Logger
  /** Minimum ms between two checks of a topic. */
  readonly every?: number
  /** ms between two checks of the session. */
  readonly heartbeat?: number
  readonly limits?: Partial<StreamLimits>
}

export interface Live {
  readonly router: Router
  /** Number of listeners. */
  listeners(): number
  close(): void
}

const EVERY = 1_000
const HEARTBEAT = 15_000
/** ms for which changes are repeated to a page that subscribes, which was rendered before and may not show them. */
export const MAX_LOAD_TIME = 10_000
/** A topic is checked so rarely that checks take at most this fraction (1/n) of the time. */
const TIME_FRACTION = 20
/** Timeout, ms, for checking a session; if Redis is unreachable, listeners stay. */
const SESSION_CHECK_TIMEOUT = 2_000
/** Maximum number of keys in an event; above, it only says that much changed. */
const MAX_KEYS = 500
const LIMITS: StreamLimits = { total: 200, perAddress: 200, behind: 64 * 1_024, behindInAll: 8 * 1_024 ** 2 }

interface LiveListener {
  readonly request: Request
  readonly topics: ReadonlySet<string>
  readonly stream: EventStream
}

/** `keys: null` says that much changed. */
const formatEvent = (topic: string, keys: readonly string[]): string =>
  `event: ${topic}\ndata: ${JSON.stringify({ keys: keys.length > MAX_KEYS ? null : keys })}\n\n`

export const createLive = ({
  topics,
  isLoggedIn,
  log,
  every = EVERY,
  heartbeat = HEARTBEAT,
  limits,
}: LiveParts): Live => {
  const logError = createOutageLog(log)
  const listeners = new Set<LiveListener>()
  const streams = createStreams({ limits: () => ({ ...LIMITS, ...limits }), heartbeat })
  const timers = new Map<string, NodeJS.Timeout>()
  /** Changes within MAX_LOAD_TIME, by the name of their topic. */
  const recent = new Map<string, { readonly at: number; readonly keys: readonly string[] }[]>()
  let sessionTimer: NodeJS.Timeout | null = null
  let isClosed = false
  const hasListeners = (topic: string) => [...listeners].some(listener => listener.topics.has(topic))

  const readRecent = (topic: string) => {
    const from = performance.now() - MAX_LOAD_TIME
    const still = (recent.get(topic) ?? []).filter(({ at }) => at >= from)
    recent.set(topic, still)
    return still
  }

  const watch = (topic: Topic): void => {
    if (timers.has(topic.name) || isClosed) return
    const next = (ms: number): void => {
      if (isClosed || !hasListeners(topic.name)) timers.delete(topic.name)
      else timers.set(topic.name, setTimeout(check, ms))
    }
    const check = async (): Promise<void> => {
      const began = performance.now()
      try {
        const keys = await topic.check()
        if (keys.length > 0) {
          readRecent(topic.name).push({ at: began, keys })
          for (const listener of listeners)
            if (listener.topics.has(topic.name)) listener.stream.send(formatEvent(topic.name, keys))
        }
      } catch (error) {
        logError(error, { event: 'admin.live_failed', topic: topic.name }, 'changes could not be read; trying again')
      }
      next(Math.max(every, (performance.now() - began) * TIME_FRACTION))
    }
    timers.set(topic.name, setTimeout(check, 0))
  }

  const checkSessions = async (): Promise<void> => {
    await Promise.all(
      [...listeners].map(async ({ request, stream }) => {
        // Redis is unreachable: the listener stays.
        const stays = await withTimeout(isLoggedIn(request), SESSION_CHECK_TIMEOUT).catch(() => true)
        if (!stays) stream.end()
      }),
    )
    sessionTimer = listeners.size > 0 && !isClosed ? setTimeout(checkSessions, heartbeat) : null
  }

  const router = Router()
  router.get('/', (request: Request, response: Response) => {
    const asked = new Set(String(request.query.topics ?? '').split(','))
    const subscribed = topics.filter(({ name }) => asked.has(name))
    if (subscribed.length === 0) {
      response.status(400).json({ error: `topics must name some of ${topics.map(({ name }) => name).join(', ')}` })
      return
    }
    let removeListener = () => undefined as unknown
    const stream = streams.open(request, response, { hello: 'retry: 3000\n\n', onEnd: () => removeListener() })
    if (!stream) return
    const listener = { request, stream, topics: new Set(subscribed.map(({ name }) => name)) }
    listeners.add(listener)
    removeListener = () => listeners.delete(listener)
    for (const topic of subscribed) {
      const keys = [...new Set(readRecent(topic.name).flatMap(change => change.keys))]
      if (keys.length > 0) stream.send(formatEvent(topic.name, keys))
      watch(topic)
    }
    sessionTimer ??= setTimeout(checkSessions, heartbeat)
  })

  return {
    router,
    listeners: streams.count,
    close() {
      isClosed = true
      for (const timer of timers.values()) clearTimeout(timer)
      if (sessionTimer) clearTimeout(sessionTimer)
      streams.close()
    },
  }
}
