/**
 * Limits log-in attempts after OWASP's device cookies: a browser in which the user logged in before has a counter of
 * its own, so that other attempts do not affect it. All other attempts are counted by user and network, by network, and
 * (from networks in which the user never logged in) by user. After a few failures the delay doubles with each; nothing
 * is ever locked. (docs/decisions/0020)
 */

import type { Redis } from 'ioredis'
import type { Keys } from '../../../redis/keys.ts'
import { loadScript, runScript } from '../../../redis/script.ts'
import { hashSecret } from '../../../util/hash.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

interface AttemptRule {
  /** Attempts without delay; then 1 s, 2 s, 4 s, ... up to the longest. */
  readonly free: number
  readonly longest: number
  /** ms after the last attempt until the counter expires. */
  readonly lasts: number
}

const RULES = {
  device: { free: 5, longest: 15 * MINUTE, lasts: HOUR },
  pair: { free: 5, longest: 15 * MINUTE, lasts: HOUR },
  network: { free: 10, longest: MINUTE, lasts: 10 * MINUTE },
  user: { free: 50, longest: MINUTE, lasts: HOUR },
} as const satisfies Record<string, AttemptRule>

/** Maximum number of counters, so that an attacker with many networks cannot fill memory. */
const MAX_COUNTERS = 10_000
/** Unknown user names share this many counters: delays are as for known users, and memory is bounded. */
const GROUPS = 1_000

const admitScript = loadScript(new URL('./log-in-attempts.lua', import.meta.url))
const takeBack = loadScript(new URL('./take-back.lua', import.meta.url))

/** One attempt to log in. */
export interface LogInAttempt {
  readonly user: string
  /** Whether the user exists. */
  readonly isUser: boolean
  readonly network: string
  /** Secret of a device in which this user logged in before; null if there is none. */
  readonly device: string | null
  /** Whether this user logged in from this network before. */
  readonly isKnownNetwork: boolean
}

export interface LogInAttempts {
  /** Counts an attempt. @returns 0 if it may be made, else ms to wait, and nothing was counted */
  take(attempt: LogInAttempt): Promise<number>
  /** The attempt succeeded and no longer counts. */
  takeBack(attempt: LogInAttempt): Promise<void>
}

export interface LogInAttemptsParts {
  readonly redis: Redis
  readonly keys: Keys
  /** ms since the epoch. */
  readonly now: () => number
}

/** Names and networks come from outside: they are hashed, so that every key has the same length. */
const rulesFor = ({ user, isUser, network, device, isKnownNetwork }: LogInAttempt): [string, AttemptRule, 0 | 1][] => {
  const who = hashSecret(user)
  if (device !== null) return [[`device:${hashSecret(`${who} ${device}`)}`, RULES.device, 0]]
  const group = isUser ? who : `group ${Buffer.from(who, 'base64url').readUInt32BE() % GROUPS}`
  return [
    [`pair:${hashSecret(`${who} ${network}`)}`, RULES.pair, 0],
    // A single network must not slow a user down everywhere: few of its attempts count here.
    ...(isKnownNetwork ? [] : ([[`user:${group}`, RULES.user, 1]] as [string, AttemptRule, 1][])),
    [`network:${hashSecret(network)}`, RULES.network, 0],
  ]
}

export const createLogInAttempts = ({ redis, keys, now }: LogInAttemptsParts): LogInAttempts => {
  const names = [keys.admin('tries'), keys.admin('tries:ends')]
  return {
    async take(attempt) {
      const rules = rulesFor(attempt).flatMap(([name, rule, follows]) => [
        name,
        ...[rule.free, rule.longest, rule.lasts, follows],
      ])
      return Number(await runScript(redis, admitScript, names, [now(), MAX_COUNTERS, ...rules]))
    },
    async takeBack(attempt) {
      await runScript(redis, takeBack, names, [1, ...rulesFor(attempt).map(([name]) => name)])
    },
  }
}
