/**
 * What is buffered for clients that receive more slowly than they are sent. A client too far behind, or one that
 * receives nothing, is disconnected, and so are the slowest when the buffers of all are full.
 */

import type { Response } from 'express'

export interface BufferLimits {
  /** Bytes buffered for a client that is behind. */
  readonly behind: number
  /** The same for all clients together. */
  readonly behindInAll: number
}

/** A client, and whom to tell that it has received everything. */
export interface BufferedStream {
  readonly response: Response
  readonly onTaken: () => void
}

export interface StreamBuffers {
  /** Number of clients. */
  count(): number
  all(): Iterable<BufferedStream>
  add(stream: BufferedStream): void
  remove(stream: BufferedStream): void
  send(stream: BufferedStream, text: string | Buffer): void
  /** Bytes buffered for all clients. */
  behind(): number
  /** Disconnects a client that has not received anything of its buffer for `stalled` ms. */
  dropIfStalled(stream: BufferedStream, stalled: number): void
}

/** @param limits read at each write */
export const createStreamBuffers = (limits: () => BufferLimits): StreamBuffers => {
  /** When each client last received some of its buffer, by the monotonic clock. */
  const tookAt = new Map<BufferedStream, number>()
  /** Buffered bytes: the last sum plus what was written since; what was received since is not subtracted. */
  let buffered = 0

  const behind = (): number => {
    buffered = 0
    for (const { response } of tookAt.keys()) if (!response.destroyed) buffered += response.writableLength
    return buffered
  }

  /** Disconnects the clients that are furthest behind, until the buffers are within their limit. */
  const dropSlowest = (limit: number): void => {
    if (behind() <= limit) return
    const slowest = [...tookAt.keys()].sort((a, b) => b.response.writableLength - a.response.writableLength)
    for (const { response } of slowest) {
      if (buffered <= limit) return
      if (!response.destroyed) buffered -= response.writableLength
      response.destroy()
    }
  }

  const took = (stream: BufferedStream): void => void (tookAt.has(stream) && tookAt.set(stream, performance.now()))

  return {
    count: () => tookAt.size,
    all: () => tookAt.keys(),
    add: stream => void tookAt.set(stream, performance.now()),
    remove: stream => void tookAt.delete(stream),
    behind,
    send(stream, text) {
      const { response, onTaken } = stream
      if (!tookAt.has(stream) || response.destroyed || response.writableEnded) return
      const { behind: limit, behindInAll } = limits()
      const before = response.writableLength
      if (before === 0) took(stream)
      // Destroy rather than end: an end would wait in the buffer like everything else.
      if (before + text.length > limit) {
        response.destroy()
        return
      }
      response.write(text, () => {
        took(stream)
        if (tookAt.has(stream) && response.writableLength === 0) onTaken()
      })
      buffered += response.writableLength - before
      if (buffered > behindInAll) dropSlowest(behindInAll)
    },
    dropIfStalled(stream, stalled) {
      const { response } = stream
      if (response.writableLength > 0 && performance.now() - (tookAt.get(stream) ?? 0) > stalled) response.destroy()
    },
  }
}
