/** Loads Lua scripts and runs them by their hash. Each is a .lua file beside the TypeScript file that calls it. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'

export interface Script {
  readonly name: string
  readonly sha: string
  readonly body: string
}

/**
 * Reads a script from a file beside its caller.
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
 * Runs a script atomically, by its hash; if the server does not know it, as after a restart, with its text.
 * @returns what the script returns; the caller must cast it
 * @throws ReplyError if the script fails
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
