/** A TCP wire between a daemon and Redis, with the ways in which networks fail. */

import { createServer, connect as dial, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export type NetworkMode =
  | { readonly kind: 'open' }
  /** New connections are reset. */
  | { readonly kind: 'refusing' }
  /** ms more for every piece, either way. */
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'narrow'; readonly bytesPerSecond: number }
  /** Connections are accepted, and nothing is ever answered. */
  | { readonly kind: 'silent' }

export interface Wire {
  readonly port: number
  set(mode: NetworkMode): void
  /** Resets what is connected. */
  cut(): void
  /** What is connected stays so and carries nothing any more, whatever the mode becomes: as behind a router that forgot it. */
  forget(): void
  close(): Promise<void>
}

interface Link {
  readonly near: Socket
  readonly far: Socket
  isForgotten: boolean
}

export const startWire = async (upstream: number): Promise<Wire> => {
  let mode: NetworkMode = { kind: 'open' }
  const links = new Set<Link>()

  const end = (link: Link): void => {
    links.delete(link)
    link.near.resetAndDestroy()
    link.far.resetAndDestroy()
  }

  const carry = async (link: Link, from: Socket, to: Socket): Promise<void> => {
    for await (const piece of from as AsyncIterable<Buffer>) {
      // Held back for as long as the network is silent, and lost where the connection is reset or forgotten.
      while (mode.kind === 'silent' && links.has(link)) await delay(20)
      if (mode.kind === 'slow') await delay(mode.ms)
      if (mode.kind === 'narrow') await delay((piece.length / mode.bytesPerSecond) * 1_000)
      if (link.isForgotten) continue
      if (!to.write(piece)) await new Promise(resolve => to.once('drain', resolve).once('close', resolve))
    }
  }

  const server = createServer({ noDelay: true }, near => {
    near.on('error', () => undefined) // its end is all there is to know
    if (mode.kind === 'refusing') return near.resetAndDestroy()
    const far = dial({ port: upstream, host: '127.0.0.1', noDelay: true })
    const link: Link = { near, far, isForgotten: false }
    links.add(link)
    far.on('error', () => end(link))
    for (const socket of [near, far])
      socket.on('close', () => {
        // A side that is gone does not show through a connection that is forgotten.
        if (!link.isForgotten || socket === near) end(link)
      })
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const)
      carry(link, from, to).catch(() => end(link))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    set(next) {
      mode = next
    },
    cut() {
      for (const link of links) end(link)
    },
    forget() {
      for (const link of links) link.isForgotten = true
    },
    async close() {
      for (const link of links) end(link)
      await new Promise(resolve => server.close(resolve))
    },
  }
}
