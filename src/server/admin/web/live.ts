/**
 * `GET /live?topics=sources`: server-sent events that tell an open page what changed, by key; the page then fetches what it shows of it. One
 * look serves all who listen to a topic, and none is taken while nobody does. Listeners are bounded, and end with their session.
 */

import { type Request, type Response, Router } from 'express'
import type { Logger } from 'pino'
import { withTimeout } from '../../../redis/health-check.ts'
import { createOutageLog } from '../../../redis/transient-error.ts'
import { createStreams, type EventStream, type StreamLimits } from '../../public/streams.ts'

export interface Topic {
  readonly name: string
  /** Looks what changed since the last look; the first of all finds nothing. @returns keys such as source ids */
  readonly look: () => Promise<readonly string[]>
}

export interface LiveParts {
  readonly topics: readonly Topic[]
  /** Whether who asked is still let in: asked again as long as one listens. */
  readonly isIn: (request: Request) => Promise<boolean>
  readonly log: Logger
  /** ms between two looks at least. */
  readonly every?: number
  /** ms between two looks whether the session still stands. */
  readonly heartbeat?: number
  readonly limits?: Partial<StreamLimits>
}

export interface Live {
  readonly router: Router
  /** How many listen. */
  listeners(): number
  close(): void
}

const EVERY = 1_000
const HEARTBEAT = 15_000
/** A look never takes more than one part in so many of the time. */
const SHARE = 20
/** ms in which it is found out who asks; who was in is not put out because Redis is away. */
const IS_IN_WITHIN = 2_000
/** Keys told one by one; of more it is only told that much changed. */
const MOST_KEYS = 500
const LIMITS: StreamLimits = { most: 200, perAddress: 200, behind: 64 * 1_024, behindInAll: 8 * 1_024 ** 2 }

interface Listener {
  readonly request: Request
  readonly topics: ReadonlySet<string>
  readonly stream: EventStream
}

/** `null` for keys says that much changed. */
const eventOf = (topic: string, keys: readonly string[]): string =>
  `event: ${topic}\ndata: ${JSON.stringify({ keys: keys.length > MOST_KEYS ? null : keys })}\n\n`

export const createLive = ({ topics, isIn, log, every = EVERY, heartbeat = HEARTBEAT, limits }: LiveParts): Live => {
  const logError = createOutageLog(log)
  const listeners = new Set<Listener>()
  const streams = createStreams({ limits: () => ({ ...LIMITS, ...limits }), heartbeat })
  const looking = new Map<string, NodeJS.Timeout>()
  let beating: NodeJS.Timeout | null = null
  let isClosed = false
  const isHeard = (topic: string) => [...listeners].some(listener => listener.topics.has(topic))

  const watch = (topic: Topic): void => {
    if (looking.has(topic.name) || isClosed) return
    const next = (ms: number): void => {
      if (isClosed || !isHeard(topic.name)) looking.delete(topic.name)
      else looking.set(topic.name, setTimeout(look, ms))
    }
    const look = async (): Promise<void> => {
      const began = performance.now()
      try {
        const keys = await topic.look()
        if (keys.length > 0)
          for (const listener of listeners)
            if (listener.topics.has(topic.name)) listener.stream.send(eventOf(topic.name, keys))
      } catch (error) {
        logError(error, 'what changed could not be read; trying again', { topic: topic.name })
      }
      next(Math.max(every, (performance.now() - began) * SHARE))
    }
    looking.set(topic.name, setTimeout(look, 0))
  }

  const beat = async (): Promise<void> => {
    await Promise.all(
      [...listeners].map(async ({ request, stream }) => {
        const stays = await withTimeout(isIn(request), IS_IN_WITHIN).catch(() => true) // Redis is away: who was in is not put out for it
        if (!stays) stream.end()
      }),
    )
    beating = listeners.size > 0 && !isClosed ? setTimeout(beat, heartbeat) : null
  }

  const router = Router()
  router.get('/', (request: Request, response: Response) => {
    const asked = new Set(String(request.query.topics ?? '').split(','))
    const heard = topics.filter(({ name }) => asked.has(name))
    if (heard.length === 0) {
      response.status(400).json({ error: `topics must name some of ${topics.map(({ name }) => name).join(', ')}` })
      return
    }
    let leave = () => undefined as unknown
    const stream = streams.open(request, response, { hello: 'retry: 3000\n\n', onEnd: () => leave() })
    if (!stream) return
    const listener = { request, stream, topics: new Set(heard.map(({ name }) => name)) }
    listeners.add(listener)
    leave = () => listeners.delete(listener)
    for (const topic of heard) watch(topic)
    beating ??= setTimeout(beat, heartbeat)
  })

  return {
    router,
    listeners: streams.count,
    close() {
      isClosed = true
      for (const timer of looking.values()) clearTimeout(timer)
      if (beating) clearTimeout(beating)
      streams.close()
    },
  }
}
