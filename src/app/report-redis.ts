/** Says once, as a daemon starts, what Redis is like, and what is wrong with it. */

import type { Logger } from 'pino'
import type { Servers } from '../redis/servers.ts'
import { KEEPS_KEYS } from '../redis/setup-problems.ts'

export const reportRedis = (servers: Servers, log: Logger): void => {
  const { version, policy, durable, masters, replicas, memory: bytes, limit } = servers
  const isSafe = policy === 'noeviction' || policy === 'unknown'
  const line = { event: 'redis.found' as const, version, policy, durable, masters, replicas, bytes, limit }
  if (isSafe) log.info(line, 'Redis answers')
  else log.warn({ ...line, fix: KEEPS_KEYS }, 'Redis evicts keys, and loses jobs and articles with them')
}
