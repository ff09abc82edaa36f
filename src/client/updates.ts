/** Streams changes of lists. */

import type { Redis } from 'ioredis'
import { keysFor } from '../redis/keys.ts'
import { sleepUnlessAborted } from '../util/sleep.ts'
import type { ClientOptions, Connection } from './read.ts'

/** A list was published anew; reading it returns the new entries. */
export interface Update {
  readonly list: string
  readonly version: number
  readonly at: string
  /** Pass it as `updates({ after })` to continue from here; about 10,000 updates are kept. */
  readonly id: string
}

export interface UpdatesOptions extends ClientOptions {
  readonly signal?: AbortSignal
  /** Id of the last update received; without it, only new updates are streamed. */
  readonly after?: string
}

const BLOCK = 5_000
/** ms an answer may be late before reconnecting: the other end may be gone, which TCP notices much later. */
const OVERDUE = 5_000
const PAGE_SIZE = 100
const RETRY_DELAY = 200

/**
 * Yields every change of a list from now on, also across reconnects, until the signal aborts. Uses a connection of its
 * own, a duplicate of the given one, since it blocks.
 * @throws Redis's error if it rejects a command, for example for lack of permission
 */
export async function* updates(
  redis: Connection,
  { prefix = 'newsdesk', signal, after }: UpdatesOptions = {},
): AsyncGenerator<Update, void, undefined> {
  const key = keysFor(prefix).updates()
  const own = (redis as Redis).duplicate() // a cluster has duplicate and xread too; only their types differ
  const end = () => own.disconnect()
  signal?.addEventListener('abort', end, { once: true })
  // ioredis reconnects by itself; updates published meanwhile are then read from the last known id.
  own.on('error', () => undefined)
  let last = after
  const withTimeout = async <T>(command: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => own.disconnect(true), BLOCK + OVERDUE)
    return command.finally(() => clearTimeout(timer))
  }
  try {
    while (!signal?.aborted) {
      try {
        // Start from the id of the newest update: with `$`, updates published between two calls would be missed.
        last ??= (await withTimeout(own.xrevrange(key, '+', '-', 'COUNT', 1)))[0]?.[0] ?? '0-0'
        const answer = await withTimeout(own.xread('COUNT', PAGE_SIZE, 'BLOCK', BLOCK, 'STREAMS', key, last))
        for (const [id, fields] of answer?.[0]?.[1] ?? []) {
          last = id
          const value = (name: string) => fields[fields.indexOf(name) + 1] ?? ''
          yield { list: value('list'), version: Number(value('version')), at: value('at'), id }
        }
      } catch (error) {
        if (signal?.aborted) return
        if (!isAway(error)) throw error
        await sleepUnlessAborted(RETRY_DELAY, signal)
      }
    }
  } finally {
    signal?.removeEventListener('abort', end)
    own.disconnect()
  }
}

/** Whether Redis is unreachable or starting, as opposed to rejecting the command. */
const isAway = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'MaxRetriesPerRequestError' ||
    /closed|ECONN|EPIPE|ETIMEDOUT|ENOENT|LOADING|CLUSTERDOWN|MASTERDOWN|UNBLOCKED|retries|Failed to refresh slots|Stream isn't writeable/i.test(
      error.message,
    ))
