/** Turns what a command threw into a message and an exit code. Loaded when something failed. */

import pc from 'picocolors'
import { ConfigError } from '../config/problems.ts'
import { SchemaError } from '../maintenance/migrations/schema.ts'
import { explainReply } from '../redis/explain-reply.ts'
import { NoRedisError } from '../redis/no-redis.ts'
import { isConnectionError } from '../redis/transient-error.ts'
import { ListenError } from '../server/listen.ts'
import { CatalogueError } from '../sources/catalogue/catalogue.ts'

const EXPECTED = [NoRedisError, CatalogueError, SchemaError, ListenError]

/**
 * Prints one message for what the user can fix; a bug is printed with its stack.
 * @returns 1, or 2 for a wrong configuration
 */
export const reportError = (error: unknown): number => {
  if (error instanceof ConfigError) {
    console.error(pc.red(error.message))
    return 2
  }
  const explained = explainReply(error)
  if (error instanceof Error && EXPECTED.some(known => error instanceof known)) console.error(pc.red(error.message))
  else if (explained !== null) console.error(pc.red(`${explained.text}\n${explained.fix}`))
  else if (error instanceof Error && isConnectionError(error) && !('syscall' in error))
    console.error(pc.red(`Redis is not usable: ${error.message}`))
  else console.error(error)
  return 1
}
