/** Those who listen to updates of lists, each at a position of its own: sends them what they have not received yet. */

import { isAfter } from '../../redis/stream-id.ts'
import type { UpdateHistory } from './update-history.ts'

/** Why a listener must reload its lists: what it missed is unknown. */
export type ReloadReason = 'too-old' | 'unknown-id' | 'reset'

export interface UpdateListener {
  /** null for all. */
  readonly lists: ReadonlySet<string> | null
  readonly send: (text: string | Buffer) => void
  /**
   * Whether it has received everything sent. Otherwise later updates wait here, stored once for all listeners that are
   * behind.
   */
  readonly isFree: () => boolean
}

export interface Listening {
  /** Call this when it has received everything sent. */
  sendNext(): void
  end(): void
}

export interface Joined extends Listening {
  /** Id of the last update that was sent or skipped. */
  position(): string
  /** Tells it to reload its lists, unless it has ended. */
  reload(reason: ReloadReason): void
}

export interface UpdateListeners {
  readonly joined: ReadonlySet<Joined>
  /** @param position id of the last update it has received */
  add(listener: UpdateListener, position: string): Joined
}

const reloadText = (reason: ReloadReason, id: string): string =>
  `id: ${id}\nevent: reload\ndata: ${JSON.stringify({ reason })}\n\n`

export const createUpdateListeners = (history: UpdateHistory): UpdateListeners => {
  const joined = new Set<Joined>()
  return {
    joined,
    add({ lists, send, isFree }, position) {
      let last = position
      const each: Joined = {
        position: () => last,
        sendNext() {
          if (!joined.has(each) || !isFree() || !isAfter(history.newest(), last)) return
          if (history.isTooOld(last)) return each.reload('too-old')
          const { bytes, upTo } = history.chunkAfter(last, lists)
          last = upTo
          if (bytes.length > 0) send(bytes)
        },
        reload(reason) {
          if (!joined.has(each)) return
          last = history.newest()
          send(reloadText(reason, last))
        },
        end: () => joined.delete(each),
      }
      joined.add(each)
      return each
    },
  }
}
