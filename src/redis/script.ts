/** Lua scripts live in .lua files beside the code that calls them; this loads one and calls it by its hash. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'

export interface Script {
  readonly name: string
  readonly sha: string
  readonly body: string
}

/**
 * Reads a script that stands beside its caller.
 * @param file for instance `new URL('./count.lua', import.meta.url)`
 */
export const loadScript = (file: URL): Script => {
  const body = readFileSync(file, 'utf8')
  return {
    name: file.pathname.slice(file.pathname.lastIndexOf('/') + 1),
    sha: createHash('sha1').update(body).digest('hex'),
    body,
  }
}

/**
 * Runs a script atomically: by hash, with its body where the server has not seen it (a fresh or restarted server).
 * @returns what the script returns; its wrapper gives it a type
 * @throws ReplyError where the script fails
 */
export const runScript = async (
  redis: Redis,
  script: Script,
  keys: string[],
  args: (string | number | Buffer)[],
): Promise<unknown> => {
  try {
    return await redis.evalsha(script.sha, keys.length, ...keys, ...args)
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return redis.eval(script.body, keys.length, ...keys, ...args)
  }
}
