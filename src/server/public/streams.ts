/**
 * Streams of server-sent events, as both servers give them. Whoever reads too slowly, or not at all, is let go; how many are open, and what
 * is held for their readers, is bounded for each network and in all; the place of one that ends, however it ends, is free at once.
 */

import type { Request, Response } from 'express'
import { findNetwork } from '../../util/ip-network.ts'

export interface StreamLimits {
  /** Open at a time. */
  readonly most: number
  /** The same from one address, or network of IPv6. */
  readonly perAddress: number
  /** Bytes held for a reader that is behind. */
  readonly behind: number
  /** The same for all together. */
  readonly behindInAll: number
}

export interface EventStream {
  /** Sends, as far as it is still read: a stream whose reader is too far behind ends here. */
  send(text: string | Buffer): void
  /** Ends it as agreed: the reader sees an end, and comes back. */
  end(): void
  /** Whether all that was sent is taken. */
  isFree(): boolean
}

export interface StreamWish {
  /** Sent first. */
  readonly hello: string
  /** Called each time all that was sent is taken. */
  readonly onTaken?: () => void
  /** Called once, when it is over for whatever reason. */
  readonly onEnd: () => void
}

export interface EventStreams {
  /** @returns null where there is no room, or nobody there any more: that is answered then */
  open(request: Request, response: Response, wish: StreamWish): EventStream | null
  /** How many are open. */
  count(): number
  /** Bytes held for all who are behind. */
  behind(): number
  /** Ends all; none is opened any more. */
  close(): void
}

export interface StreamsParts {
  /** In force at each opening. */
  readonly limits: () => StreamLimits
  /** ms between two signs of life. */
  readonly heartbeat?: number
  /** ms in which a reader takes nothing of what is held for it, after which it is let go. */
  readonly stalled?: number
}

/** What is quiet for longer is closed by many a proxy. */
const HEARTBEAT = 15_000
const STALLED = 10_000
/** s after which whoever found no room may come again. */
const COME_AGAIN = 10

interface Open {
  readonly response: Response
  readonly onTaken: () => void
  /** When it last took all or some of what was held for it; on the clock that measures spans. */
  tookAt: number
}

export const createStreams = ({ limits, heartbeat = HEARTBEAT, stalled = STALLED }: StreamsParts): EventStreams => {
  const streams = new Set<Open>()
  const byNetwork = new Map<string, number>()
  let looking: NodeJS.Timeout | null = null
  let beatAt = performance.now()
  let isClosed = false
  /** As last summed up, and what came since; what was taken since is not seen yet. */
  let held = 0

  const behind = (): number => {
    held = 0
    for (const { response } of streams) if (!response.destroyed) held += response.writableLength
    return held
  }

  /** Lets go of those who are furthest behind, until what is held is within its bound. */
  const makeRoom = (most: number): void => {
    if (behind() <= most) return
    const slowest = [...streams].sort((one, other) => other.response.writableLength - one.response.writableLength)
    for (const { response } of slowest) {
      if (held <= most) return
      if (!response.destroyed) held -= response.writableLength
      response.destroy()
    }
  }

  const send = (stream: Open, text: string | Buffer): void => {
    const { response } = stream
    if (!streams.has(stream) || response.destroyed || response.writableEnded) return
    const { behind: most, behindInAll } = limits()
    const before = response.writableLength
    if (before === 0) stream.tookAt = performance.now()
    // Destroyed rather than ended: an end would wait for its reader like all the rest.
    if (before + text.length > most) {
      response.destroy()
      return
    }
    response.write(text, () => {
      stream.tookAt = performance.now()
      if (streams.has(stream) && response.writableLength === 0) stream.onTaken()
    })
    held += response.writableLength - before
    if (held > behindInAll) makeRoom(behindInAll)
  }

  const look = (): void => {
    const now = performance.now()
    const isBeat = now - beatAt >= heartbeat
    if (isBeat) beatAt = now
    for (const stream of streams) {
      if (stream.response.writableLength > 0 && now - stream.tookAt > stalled) stream.response.destroy()
      else if (isBeat) send(stream, ': quiet\n\n')
    }
  }

  const refuse = (response: Response, status: number, error: string): null => {
    response.status(status).set('retry-after', String(COME_AGAIN)).json({ error })
    return null
  }

  return {
    open(request, response, { hello, onEnd, onTaken = () => undefined }) {
      // Who went while it was found out who asks has had its end told already.
      if (response.destroyed || response.closed || request.socket.destroyed) return null
      const { most, perAddress } = limits()
      const network = findNetwork(request.ip ?? '')
      const there = byNetwork.get(network) ?? 0
      if (isClosed || streams.size >= most) return refuse(response, 503, 'too many listen already')
      if (there >= perAddress) return refuse(response, 429, `${there} listen from this address already`)
      // 'close' follows every error.
      response.on('error', () => undefined)
      response.set({
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        // Its end is the connection's: nothing else is ever asked on it.
        connection: 'close',
      })
      if (request.method === 'HEAD') {
        response.end()
        return null
      }

      const stream: Open = { response, onTaken, tookAt: performance.now() }
      streams.add(stream)
      byNetwork.set(network, there + 1)
      response.once('close', () => {
        streams.delete(stream)
        const left = (byNetwork.get(network) ?? 1) - 1
        if (left > 0) byNetwork.set(network, left)
        else byNetwork.delete(network)
        if (streams.size === 0 && looking) {
          clearInterval(looking)
          looking = null
        }
        onEnd()
      })
      response.flushHeaders()
      looking ??= setInterval(look, Math.min(heartbeat, stalled / 2))
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
      if (looking) clearInterval(looking)
      looking = null
      for (const { response } of streams) response.end()
    },
  }
}
