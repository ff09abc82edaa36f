/**
 * Server-sent event streams of both servers. A client that reads too slowly, or not at all, is disconnected. The number
 * of streams, and the bytes buffered for them, are limited per network and in total. A stream that ends, for whatever
 * reason, frees its place at once.
 */

import type { Request, Response } from 'express'
import { findNetwork } from '../../util/ip-network.ts'

export interface StreamLimits {
  /** Streams open at a time. */
  readonly most: number
  /** The same per address, or IPv6 network. */
  readonly perAddress: number
  /** Bytes buffered for a client that is behind. */
  readonly behind: number
  /** The same for all clients together. */
  readonly behindInAll: number
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

interface Open {
  readonly response: Response
  readonly onTaken: () => void
  /** When it last received some of its buffer, by the monotonic clock. */
  tookAt: number
}

export const createStreams = ({ limits, heartbeat = HEARTBEAT, stalled = STALLED }: StreamsParts): EventStreams => {
  const streams = new Set<Open>()
  const byNetwork = new Map<string, number>()
  let timer: NodeJS.Timeout | null = null
  let heartbeatAt = performance.now()
  let isClosed = false
  /** Buffered bytes: the last sum plus what was written since; what was received since is not subtracted. */
  let buffered = 0

  const behind = (): number => {
    buffered = 0
    for (const { response } of streams) if (!response.destroyed) buffered += response.writableLength
    return buffered
  }

  /** Disconnects the clients that are furthest behind, until the buffers are within their limit. */
  const dropSlowest = (most: number): void => {
    if (behind() <= most) return
    const slowest = [...streams].sort((one, other) => other.response.writableLength - one.response.writableLength)
    for (const { response } of slowest) {
      if (buffered <= most) return
      if (!response.destroyed) buffered -= response.writableLength
      response.destroy()
    }
  }

  const send = (stream: Open, text: string | Buffer): void => {
    const { response } = stream
    if (!streams.has(stream) || response.destroyed || response.writableEnded) return
    const { behind: most, behindInAll } = limits()
    const before = response.writableLength
    if (before === 0) stream.tookAt = performance.now()
    // Destroy rather than end: an end would wait in the buffer like everything else.
    if (before + text.length > most) {
      response.destroy()
      return
    }
    response.write(text, () => {
      stream.tookAt = performance.now()
      if (streams.has(stream) && response.writableLength === 0) stream.onTaken()
    })
    buffered += response.writableLength - before
    if (buffered > behindInAll) dropSlowest(behindInAll)
  }

  const checkAll = (): void => {
    const now = performance.now()
    const isHeartbeat = now - heartbeatAt >= heartbeat
    if (isHeartbeat) heartbeatAt = now
    for (const stream of streams) {
      if (stream.response.writableLength > 0 && now - stream.tookAt > stalled) stream.response.destroy()
      else if (isHeartbeat) send(stream, ': quiet\n\n')
    }
  }

  const refuse = (response: Response, status: number, error: string): null => {
    response.status(status).set('retry-after', String(RETRY_AFTER)).json({ error })
    return null
  }

  return {
    open(request, response, { hello, onEnd, onTaken = () => undefined }) {
      // The client disconnected while its user was determined: its end event has already fired.
      if (response.destroyed || response.closed || request.socket.destroyed) return null
      const { most, perAddress } = limits()
      const network = findNetwork(request.ip ?? '')
      const open = byNetwork.get(network) ?? 0
      if (isClosed || streams.size >= most) return refuse(response, 503, 'too many open streams')
      if (open >= perAddress) return refuse(response, 429, `too many open streams from this address: ${open}`)
      // 'close' follows every error.
      response.on('error', () => undefined)
      response.set({
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        // The end of the stream is the end of the connection: no other request follows on it.
        connection: 'close',
      })
      if (request.method === 'HEAD') {
        response.end()
        return null
      }

      const stream: Open = { response, onTaken, tookAt: performance.now() }
      streams.add(stream)
      byNetwork.set(network, open + 1)
      response.once('close', () => {
        streams.delete(stream)
        const left = (byNetwork.get(network) ?? 1) - 1
        if (left > 0) byNetwork.set(network, left)
        else byNetwork.delete(network)
        if (streams.size === 0 && timer) {
          clearInterval(timer)
          timer = null
        }
        onEnd()
      })
      response.flushHeaders()
      timer ??= setInterval(checkAll, Math.min(heartbeat, stalled / 2))
      send(stream, hello)
      return {
        send: text => send(stream, text),
        end: () => response.end(),
        isFree: () => response.writableLength === 0,
      }
    },
    count: () => streams.size,
    behind,
    close() {
      isClosed = true
      if (timer) clearInterval(timer)
      timer = null
      for (const { response } of streams) response.end()
    },
  }
}
