/**
 * `GET /v1/updates`: server-sent events of changed lists, for pages. A returning client sends the last id it received
 * (Last-Event-ID) and gets what it missed, or, if that is too long ago, an event that tells it to reload its lists.
 */

import { type Request, type Response, Router } from 'express'
import { HttpSettings } from '../../config/sections/public-server.ts'
import { createRecentUpdates, type RecentUpdatesParts } from './recent-updates.ts'
import { createStreams } from './streams.ts'
import type { Listening } from './update-listeners.ts'

export interface UpdatesRouteParts extends RecentUpdatesParts {
  /** Limits of streams; the defaults unless given. */
  readonly settings?: () => HttpSettings
  /** Called with a function that counts the open streams. */
  readonly onStreams?: (count: () => number) => void
}

const MAX_LISTS = 200
const ID = /^\d{1,16}-\d{1,16}$/

/** @param parts.signal aborted when the server stops: clients then see the end of their stream */
export const updatesRoute = ({ settings = unset, onStreams, ...parts }: UpdatesRouteParts): Router => {
  const recent = createRecentUpdates(parts)
  const streams = createStreams({
    limits() {
      const { streams: total, streamsPerAddress: perAddress, streamBuffer, streamBuffers } = settings()
      return { total, perAddress, behind: streamBuffer, behindInAll: streamBuffers }
    },
  })
  onStreams?.(streams.count)
  parts.signal.addEventListener('abort', streams.close, { once: true })

  const router = Router()
  router.get('/', async (request: Request, response: Response) => {
    const asked = request.query.lists
    const lists = asked === undefined ? null : new Set(String(asked).split(',').filter(Boolean))
    const lastId = request.get('last-event-id') ?? null
    if (lists && (lists.size === 0 || lists.size > MAX_LISTS)) {
      response.status(400).json({ error: `lists must name 1 to ${MAX_LISTS} lists, separated by commas` })
      return
    }
    if (lastId !== null && !ID.test(lastId)) {
      response
        .status(400)
        .json({ error: `Last-Event-ID ${JSON.stringify(lastId.slice(0, 50))} is not an id of this stream` })
      return
    }
    await recent.whenKnown(() => {
      let listening: Listening | null = null
      const stream = streams.open(request, response, {
        hello: `retry: 2000\nid: ${lastId ?? recent.newest()}\n\n`,
        onTaken: () => listening?.sendNext(),
        onEnd: () => listening?.end(),
      })
      if (stream) listening = recent.join({ lists, send: stream.send, isFree: stream.isFree }, lastId)
    })
  })
  return router
}

const defaults = HttpSettings.parse(undefined)
const unset = (): HttpSettings => defaults
