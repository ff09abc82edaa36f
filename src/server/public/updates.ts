/**
 * `GET /v1/updates`: server-sent events of changed lists, for pages. Whoever was away says what it heard last (Last-Event-ID) and is told
 * what it missed; where that is too long ago, that it must read its lists anew.
 */

import { type Request, type Response, Router } from 'express'
import { HttpSettings } from '../../config/sections/public-server.ts'
import { createRecentUpdates, type Listening, type RecentUpdatesParts } from './recent-updates.ts'
import { createStreams } from './streams.ts'

export interface UpdatesRouteParts extends RecentUpdatesParts {
  /** Bounds of streams; as where nothing is configured unless given. */
  readonly settings?: () => HttpSettings
  /** Told how to count the streams that are open. */
  readonly onStreams?: (count: () => number) => void
}

const MOST_LISTS = 200
const ID = /^\d{1,16}-\d{1,16}$/

/** @param parts.signal aborted when the server stops: readers then see the end of their stream */
export const updatesRoute = ({ settings = unset, onStreams, ...parts }: UpdatesRouteParts): Router => {
  const recent = createRecentUpdates(parts)
  const streams = createStreams({
    limits() {
      const { streams: most, streamsPerAddress: perAddress, streamBuffer, streamBuffers } = settings()
      return { most, perAddress, behind: streamBuffer, behindInAll: streamBuffers }
    },
  })
  onStreams?.(streams.count)
  parts.signal.addEventListener('abort', streams.close, { once: true })

  const router = Router()
  router.get('/', async (request: Request, response: Response) => {
    const asked = request.query.lists
    const lists = asked === undefined ? null : new Set(String(asked).split(',').filter(Boolean))
    const heard = request.get('last-event-id') ?? null
    if (lists && (lists.size === 0 || lists.size > MOST_LISTS)) {
      response.status(400).json({ error: `lists must name 1 to ${MOST_LISTS} lists, parted by commas` })
      return
    }
    if (heard !== null && !ID.test(heard)) {
      response.status(400).json({ error: `Last-Event-ID ${JSON.stringify(heard.slice(0, 50))} is none of ours` })
      return
    }
    await recent.whenKnown(() => {
      let listening: Listening | null = null
      const stream = streams.open(request, response, {
        hello: `retry: 2000\nid: ${heard ?? recent.newest()}\n\n`,
        onTaken: () => listening?.goOn(),
        onEnd: () => listening?.end(),
      })
      if (stream) listening = recent.join({ lists, send: stream.send, isFree: stream.isFree }, heard)
    })
  })
  return router
}

const defaults = HttpSettings.parse(undefined)
const unset = (): HttpSettings => defaults
