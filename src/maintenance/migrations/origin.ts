/**
 * Which body of data stands in Redis: a token made by whoever is first on an empty one. Another token, or none, tells that Redis came back
 * empty, or was exchanged, while processes ran: what they remember of the one before does not hold of this one.
 */

import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Keys } from '../../redis/keys.ts'
import { SCHEMA } from './registry.ts'

/** Of what versions wrote that made no token: it stands for the empty one, which all that they wrote carries. */
const BEFORE_TOKENS = 'first'

export interface Origin {
  /** The token as last looked at; empty for what was written before there were any. */
  current(): string
  /** At start, once shapes are carried over. @param hadData whether anything of newsdesk stood there before */
  begin(hadData: boolean): Promise<void>
  /**
   * Looks again, and lays down schema and token where they are gone: what stands beside them was written since, by this version.
   * @returns whether it is another body of data than before
   */
  look(): Promise<boolean>
}

export const createOrigin = ({ redis, keys }: { redis: Redis; keys: Keys }): Origin => {
  let token = ''

  const read = async (): Promise<boolean> => {
    const [schema, written] = await redis.mget(keys.schema(), keys.origin())
    if (written) token = written === BEFORE_TOKENS ? '' : written
    return schema !== null && Boolean(written)
  }

  const lay = async (made: string): Promise<void> => {
    // Both share a slot. Of several processes the first is believed.
    const replies = await redis.multi().set(keys.schema(), SCHEMA, 'NX').set(keys.origin(), made, 'NX').exec()
    for (const [error] of replies ?? []) if (error) throw error
    await read()
  }

  const fresh = () => randomBytes(12).toString('base64url')

  return {
    current: () => token,
    async begin(hadData) {
      if (!(await read())) await lay(hadData ? BEFORE_TOKENS : fresh())
    },
    async look() {
      const before = token
      if (!(await read())) await lay(fresh())
      return token !== before
    },
  }
}
