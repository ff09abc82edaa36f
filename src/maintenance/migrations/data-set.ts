/**
 * Identifies the data set in Redis by a token, which the first process on an empty Redis writes. If the token is
 * missing or differs, Redis came back empty or was replaced while processes ran, and what they remember of the earlier
 * data is no longer true.
 */

import { randomBytes } from 'node:crypto'
import type { Store } from '../../redis/store.ts'
import { SCHEMA } from './schema.ts'

/** Stored for data of versions without tokens. It stands for the empty token, which all that they wrote carries. */
const BEFORE_TOKENS = 'first'

export interface DataSet {
  /** The token as last read; empty for data of versions without tokens. */
  current(): string
  /** To be called at start, after migrating. @param hadData whether Redis held any data of newsdesk before */
  begin(hadData: boolean): Promise<void>
  /**
   * Reads the token again, and writes schema and token if they are gone: all other data was then written since, by this
   * version.
   * @returns whether it is another data set than before
   */
  look(): Promise<boolean>
}

export const createDataSet = ({ redis, keys }: Store): DataSet => {
  let token = ''

  const read = async (): Promise<boolean> => {
    const [schema, written] = await redis.mget(keys.schema(), keys.dataSet())
    if (written) token = written === BEFORE_TOKENS ? '' : written
    return schema !== null && Boolean(written)
  }

  const lay = async (made: string): Promise<void> => {
    // Both share a slot. If several processes write them, the first wins.
    const replies = await redis.multi().set(keys.schema(), SCHEMA, 'NX').set(keys.dataSet(), made, 'NX').exec()
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
