/** Changes of lists as they come. */

import type { Redis } from 'ioredis'
import { keysFor } from '../redis/keys.ts'
import { sleepUnlessAborted } from '../util/sleep.ts'
import type { ClientOptions, Connection } from './read.ts'

/** A published list changed. Who reads it now sees the change. */
export interface Update {
  readonly list: string
  readonly version: number
  readonly at: string
  /** To go on from: `updates({ after })` tells what came later, as far as about 10,000 are kept. */
  readonly id: string
}

export interface UpdatesOptions extends ClientOptions {
  readonly signal?: AbortSignal
  /** The id of the last update heard; from now on where it is missing. */
  readonly after?: string
}

const BLOCK = 5_000
/** ms after which an answer that is due is given up: the other end went without a word, and TCP would not notice for a long while. */
const OVERDUE = 5_000
const PAGE = 100
const PAUSE = 200

/**
 * Every change of a list from now on, also across reconnects. Ends with the signal. Blocks a connection of its own, made from yours.
 * @throws what Redis answers for a command it refuses, such as one without permission
 */
export async function* updates(
  redis: Connection,
  { prefix = 'newsdesk', signal, after }: UpdatesOptions = {},
): AsyncGenerator<Update, void, undefined> {
  const key = keysFor(prefix).updates()
  const own = (redis as Redis).duplicate() // a cluster has duplicate and xread too; only their types differ
  const end = () => own.disconnect()
  signal?.addEventListener('abort', end, { once: true })
  // A connection that is lost comes back by itself; what was published meanwhile is read from where we were.
  own.on('error', () => undefined)
  let last = after
  const answered = async <T>(command: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => own.disconnect(true), BLOCK + OVERDUE)
    return command.finally(() => clearTimeout(timer))
  }
  try {
    while (!signal?.aborted) {
      try {
        // From the newest there is, by its id: with `$` what is published between two calls would be missed.
        last ??= (await answered(own.xrevrange(key, '+', '-', 'COUNT', 1)))[0]?.[0] ?? '0-0'
        const answer = await answered(own.xread('COUNT', PAGE, 'BLOCK', BLOCK, 'STREAMS', key, last))
        for (const [id, fields] of answer?.[0]?.[1] ?? []) {
          last = id
          const value = (name: string) => fields[fields.indexOf(name) + 1] ?? ''
          yield { list: value('list'), version: Number(value('version')), at: value('at'), id }
        }
      } catch (error) {
        if (signal?.aborted) return
        if (!isAway(error)) throw error
        await sleepUnlessAborted(PAUSE, signal)
      }
    }
  } finally {
    signal?.removeEventListener('abort', end)
    own.disconnect()
  }
}

/** Whether Redis is away or starting, rather than refusing. */
const isAway = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'MaxRetriesPerRequestError' ||
    /closed|ECONN|EPIPE|ETIMEDOUT|ENOENT|LOADING|CLUSTERDOWN|MASTERDOWN|UNBLOCKED|retries|Failed to refresh slots|Stream isn't writeable/i.test(
      error.message,
    ))
