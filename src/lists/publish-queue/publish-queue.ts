/**
 * The publish queue: a list is queued once however often it is enqueued, written at most once per debounce time, and
 * not lost when a worker dies.
 */

import { loadScript, runScript } from '../../redis/script.ts'
import type { Store } from '../../redis/store.ts'
import { toPairs } from '../../util/pairs.ts'

const enqueueScript = loadScript(new URL('./enqueue.lua', import.meta.url))
const claimScript = loadScript(new URL('./claim.lua', import.meta.url))
const acknowledgeScript = loadScript(new URL('./acknowledge.lua', import.meta.url))

export interface Claim {
  readonly lists: readonly { readonly name: string; readonly number: string }[]
  /** ms until the next list may be claimed; null if none is queued. */
  readonly wait: number | null
}

export interface PublishQueue {
  /** @param isRefresh enqueued by the clock: goes behind changed lists */
  enqueue(names: readonly string[], isRefresh: boolean): Promise<void>
  claim(most: number, settle: number, now: number): Promise<Claim>
  /** Removes written lists of a claim; those that changed meanwhile stay queued. */
  acknowledge(lists: Claim['lists']): Promise<void>
}

export const createPublishQueue = ({ redis, keys }: Store): PublishQueue => ({
  async enqueue(names, isRefresh) {
    if (names.length === 0) return
    const waiting = isRefresh ? keys.listsToRefresh() : keys.listsChanged()
    await runScript(redis, enqueueScript, [keys.publishSequence(), waiting], [...names])
  },

  async claim(most, settle, now) {
    const [wait, ...flat] = (await runScript(
      redis,
      claimScript,
      [keys.listsChanged(), keys.listsToRefresh(), keys.listsClaimed()],
      [now, settle, most],
    )) as [number, ...string[]] // as claim.lua returns
    const numbers = new Map<string, string>()
    // A list that both changed and is due for refresh is listed twice; acknowledging the later number covers both.
    for (const [name, number] of toPairs(flat))
      if (Number(numbers.get(name) ?? -1) < Number(number)) numbers.set(name, number)
    return { lists: [...numbers].map(([name, number]) => ({ name, number })), wait: wait < 0 ? null : wait }
  },

  async acknowledge(lists) {
    if (lists.length > 0)
      await runScript(
        redis,
        acknowledgeScript,
        [keys.listsChanged(), keys.listsToRefresh()],
        lists.flatMap(({ name, number }) => [name, number]),
      )
  },
})
