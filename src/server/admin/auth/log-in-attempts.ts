/**
 * How often a password may be tried, after OWASP's device cookies: a browser in which the user logged in before has a count of its own, so
 * nobody else's tries reach it. All other tries are counted by user and network, by network, and (from networks in which the user never
 * logged in) by user. Beyond a few, each makes the next wait longer; nothing is ever locked. (docs/decisions/0020)
 */

import type { Redis } from 'ioredis'
import type { Keys } from '../../../redis/keys.ts'
import { loadScript, runScript } from '../../../redis/script.ts'
import { hashSecret } from '../../../util/hash.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

interface Rule {
  /** Tries without delay; then 1 s, 2 s, 4 s, ... up to the longest. */
  readonly free: number
  readonly longest: number
  /** ms since the last try after which all is forgotten. */
  readonly lasts: number
}

const RULES = {
  device: { free: 5, longest: 15 * MINUTE, lasts: HOUR },
  pair: { free: 5, longest: 15 * MINUTE, lasts: HOUR },
  network: { free: 10, longest: MINUTE, lasts: 10 * MINUTE },
  user: { free: 50, longest: MINUTE, lasts: HOUR },
} as const satisfies Record<string, Rule>

/** Names kept at a time: whoever has many networks makes memory grow no further. */
const MOST = 10_000
/** Users there are not are counted together in so many groups: as those there are, and bounded. */
const GROUPS = 1_000

const trial = loadScript(new URL('./log-in-attempts.lua', import.meta.url))
const takeBack = loadScript(new URL('./take-back.lua', import.meta.url))

/** Who tries at whose password. */
export interface LogInAttempt {
  readonly user: string
  /** Whether there is such a user. */
  readonly isUser: boolean
  readonly network: string
  /** Secret of a device in which this user logged in before; null for none. */
  readonly device: string | null
  /** Whether this user logged in from this network before. */
  readonly isKnownNetwork: boolean
}

export interface LogInAttempts {
  /** Counts a try. @returns 0 where it may be made, else ms to wait: then nothing was counted */
  take(wish: LogInAttempt): Promise<number>
  /** The try succeeded, and counts no more. */
  takeBack(wish: LogInAttempt): Promise<void>
}

export interface LogInAttemptsParts {
  readonly redis: Redis
  readonly keys: Keys
  /** ms since the epoch. */
  readonly now: () => number
}

/** Names and networks come from outside: their hash is as long as any other. (pure) */
const rulesFor = ({ user, isUser, network, device, isKnownNetwork }: LogInAttempt): [string, Rule, 0 | 1][] => {
  const who = hashSecret(user)
  if (device !== null) return [[`device:${hashSecret(`${who} ${device}`)}`, RULES.device, 0]]
  const group = isUser ? who : `group ${Buffer.from(who, 'base64url').readUInt32BE() % GROUPS}`
  return [
    [`pair:${hashSecret(`${who} ${network}`)}`, RULES.pair, 0],
    // One network alone must not slow a user down everywhere: of its tries few count here.
    ...(isKnownNetwork ? [] : ([[`user:${group}`, RULES.user, 1]] as [string, Rule, 1][])),
    [`network:${hashSecret(network)}`, RULES.network, 0],
  ]
}

export const createLogInAttempts = ({ redis, keys, now }: LogInAttemptsParts): LogInAttempts => {
  const names = [keys.admin('tries'), keys.admin('tries:ends')]
  return {
    async take(wish) {
      const rules = rulesFor(wish).flatMap(([name, rule, follows]) => [
        name,
        ...[rule.free, rule.longest, rule.lasts, follows],
      ])
      return Number(await runScript(redis, trial, names, [now(), MOST, ...rules]))
    },
    async takeBack(wish) {
      await runScript(redis, takeBack, names, [1, ...rulesFor(wish).map(([name]) => name)])
    },
  }
}
