/** Says once, as a daemon starts, what Redis is like, and what is wrong with it. */

import type { Logger } from 'pino'
import type { Servers } from '../redis/servers.ts'
import { evictsKeys, KEEPS_KEYS } from '../redis/setup-problems.ts'

export const reportRedis = (servers: Servers, log: Logger): void => {
  const { version, policy, durable, masters, replicas, memory: bytes, limit } = servers
  const line = { event: 'redis.found', version, policy, durable, masters, replicas, bytes, limit }
  if (!evictsKeys(policy)) log.info(line, 'Redis answers')
  else log.warn({ ...line, fix: KEEPS_KEYS }, 'Redis evicts keys, and loses jobs and articles with them')
}
