/**
 * Server-sent event streams of both servers. A client that reads too slowly, or not at all, is disconnected. The number
 * of streams, and the bytes buffered for them, are limited per network and in total. A stream that ends, for whatever
 * reason, frees its place at once.
 */

import type { Request, Response } from 'express'
import { findNetwork } from '../../util/ip-network.ts'
import { type BufferedStream, type BufferLimits, createStreamBuffers } from './stream-buffers.ts'

export interface StreamLimits extends BufferLimits {
  /** Streams open at a time. */
  readonly total: number
  /** The same per address, or IPv6 network. */
  readonly perAddress: number
}

export interface EventStream {
  /** Sends text; if the client is too far behind, the stream ends here. */
  send(text: string | Buffer): void
  /** Ends the stream normally: the client sees the end, and reconnects. */
  end(): void
  /** Whether everything sent was received. */
  isFree(): boolean
}

export interface StreamWish {
  /** Text sent first. */
  readonly hello: string
  /** Called each time everything sent was received. */
  readonly onTaken?: () => void
  /** Called once, when the stream has ended for whatever reason. */
  readonly onEnd: () => void
}

export interface EventStreams {
  /** @returns null if no stream can be opened, which has been answered, or the client has gone */
  open(request: Request, response: Response, wish: StreamWish): EventStream | null
  /** Number of open streams. */
  count(): number
  /** Bytes buffered for all clients. */
  behind(): number
  /** Ends all streams; none can be opened any more. */
  close(): void
}

export interface StreamsParts {
  /** Read each time a stream is opened. */
  readonly limits: () => StreamLimits
  /** ms between two heartbeats. */
  readonly heartbeat?: number
  /** ms after which a client that receives nothing of its buffer is disconnected. */
  readonly stalled?: number
}

/** Many proxies close connections that are silent for longer. */
const HEARTBEAT = 15_000
const STALLED = 10_000
/** Retry-After, s, when no stream can be opened. */
const RETRY_AFTER = 10

/** Answers that no stream can be opened. */
const refuse = (response: Response, status: number, error: string): null => {
  response.status(status).set('retry-after', String(RETRY_AFTER)).json({ error })
  return null
}

/** Open streams by network. */
const createPlaces = () => {
  const byNetwork = new Map<string, number>()
  return {
    taken: (network: string): number => byNetwork.get(network) ?? 0,
    change(network: string, by: 1 | -1): void {
      const count = (byNetwork.get(network) ?? 0) + by
      if (count > 0) byNetwork.set(network, count)
      else byNetwork.delete(network)
    },
  }
}

const beginResponse = (response: Response): void => {
  // 'close' follows every error.
  response.on('error', () => undefined)
  response.set({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    // The end of the stream is the end of the connection: no other request follows on it.
    connection: 'close',
  })
}

/** Calls `check` regularly as long as it is switched on. */
const createTimer = (check: () => void, every: number) => {
  let timer: NodeJS.Timeout | null = null
  return {
    on() {
      timer ??= setInterval(check, every)
    },
    off() {
      if (timer) clearInterval(timer)
      timer = null
    },
  }
}

export const createStreams = ({ limits, heartbeat = HEARTBEAT, stalled = STALLED }: StreamsParts): EventStreams => {
  const buffers = createStreamBuffers(limits)
  const places = createPlaces()
  let heartbeatAt = performance.now()
  let isClosed = false

  const checkAll = (): void => {
    const now = performance.now()
    const isHeartbeat = now - heartbeatAt >= heartbeat
    if (isHeartbeat) heartbeatAt = now
    for (const stream of buffers.all()) {
      buffers.dropIfStalled(stream, stalled)
      if (isHeartbeat) buffers.send(stream, ': quiet\n\n')
    }
  }
  const timer = createTimer(checkAll, Math.min(heartbeat, stalled / 2))

  return {
    open(request, response, { hello, onEnd, onTaken = () => undefined }) {
      // The client disconnected while its user was determined: its end event has already fired.
      if (response.destroyed || response.closed || request.socket.destroyed) return null
      const { total, perAddress } = limits()
      const network = findNetwork(request.ip ?? '')
      const open = places.taken(network)
      if (isClosed || buffers.count() >= total) return refuse(response, 503, 'too many open streams')
      if (open >= perAddress) return refuse(response, 429, `too many open streams from this address: ${open}`)
      beginResponse(response)
      if (request.method === 'HEAD') {
        response.end()
        return null
      }
      const stream: BufferedStream = { response, onTaken }
      buffers.add(stream)
      places.change(network, 1)
      response.once('close', () => {
        buffers.remove(stream)
        places.change(network, -1)
        if (buffers.count() === 0) timer.off()
        onEnd()
      })
      response.flushHeaders()
      timer.on()
      buffers.send(stream, hello)
      return {
        send: text => buffers.send(stream, text),
        end: () => response.end(),
        isFree: () => response.writableLength === 0,
      }
    },
    count: buffers.count,
    behind: buffers.behind,
    close() {
      isClosed = true
      timer.off()
      for (const { response } of buffers.all()) response.end()
    },
  }
}
