/** A subscription at a hub: its state, and when it is due next. (pure) */

import { createHash } from 'node:crypto'
import type { SourceId } from '../domain/source.ts'
import { isPlausible } from '../util/plausible-time.ts'

export type SubscriptionState = 'asking' | 'active' | 'denied' | 'failed' | 'ending'

export interface Subscription {
  /** An unguessable token, the last part of its callback URL. */
  readonly token: string
  readonly source: SourceId
  readonly hub: string
  readonly topic: string
  readonly callback: string
  /** Key of the signatures; only the hub knows it, too. */
  readonly secret: string
  readonly state: SubscriptionState
  /** The last request to the hub that it has not verified yet. */
  readonly asked: 'subscribe' | 'unsubscribe' | null
  readonly askedAt: number
  /** Requests sent since it was last verified. */
  readonly tries: number
  /** ms since the epoch; 0 if it was never verified. */
  readonly verifiedAt: number
  readonly leaseUntil: number
  readonly deliveredAt: number
  readonly deliveries: number
  /** Deliveries without a valid signature. */
  readonly ignored: number
  /** Number of polls that found items push had missed. */
  readonly misses: number
  readonly distrustedUntil: number
  /** Why it is in this state, for people. */
  readonly reason: string
}

const number = (text: string | undefined): number => Number(text ?? 0) || 0

/** @returns null if the hash holds no subscription */
export const parseSubscription = (token: string, hash: Readonly<Record<string, string>>): Subscription | null =>
  hash.source === undefined || hash.secret === undefined
    ? null
    : {
        token,
        source: hash.source as SourceId, // written by us from a source of the catalogue
        hub: hash.hub ?? '',
        topic: hash.topic ?? '',
        callback: hash.callback ?? '',
        secret: hash.secret,
        state: (hash.state ?? 'asking') as SubscriptionState, // written by us
        asked: hash.asked === 'subscribe' || hash.asked === 'unsubscribe' ? hash.asked : null,
        askedAt: number(hash.askedAt),
        tries: number(hash.tries),
        verifiedAt: number(hash.verifiedAt),
        leaseUntil: number(hash.leaseUntil),
        deliveredAt: number(hash.deliveredAt),
        deliveries: number(hash.deliveries),
        ignored: number(hash.ignored),
        misses: number(hash.misses),
        distrustedUntil: number(hash.distrustedUntil),
        reason: hash.reason ?? '',
      }

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * A hub that does not verify within VERIFY_WITHIN is asked again. A verification counts for ASKED_LASTS after our
 * request; a later one is rejected. Both in ms.
 */
export const VERIFY_WITHIN = 10 * MINUTE
export const ASKED_LASTS = DAY
/** Number of unsubscribe requests before giving up on a hub that does not verify them. */
export const MAX_UNSUBSCRIBES = 3
const MIN_LEASE = 10_000
const MAX_LEASE = 90 * DAY
const MAX_DISTRUST = 7 * DAY
/** The longest time until a subscription is due, ms. */
export const MAX_WAIT = MAX_LEASE

/** 0 to 1, always the same for the same token, so that subscriptions requested together are not renewed together. */
const hashToUnit = (token: string): number => createHash('sha256').update(token).digest().readUInt32BE(0) / 2 ** 32

/** The lease that the hub granted, within bounds; the one we asked for if it says nothing. */
export const boundLease = (seconds: string | undefined, asked: number): number => {
  const granted = /^\d{1,12}$/.test(seconds ?? '') ? Number(seconds) * 1_000 : asked
  return Math.min(Math.max(granted, MIN_LEASE), MAX_LEASE)
}

/** When to renew: well before the lease ends, after 70 to 90 % of it. */
export const renewAt = (token: string, now: number, lease: number): number =>
  Math.round(now + lease * (0.7 + 0.2 * hashToUnit(token)))

/**
 * When to ask again after a hub could not be reached or did not verify: after 1 minute, 4, 16 and so on, up to a day.
 */
export const askAgainAt = (token: string, now: number, tries: number): number =>
  Math.round(now + Math.min(MINUTE * 4 ** Math.max(0, tries - 1), DAY) * (0.9 + 0.2 * hashToUnit(token)))

/** When to ask again after a hub denied: the publisher may have changed its mind. */
export const afterDenial = (now: number): number => now + DAY

/** How long push is not relied on after a miss, ms: an hour after the first, doubling up to a week. */
export const distrustFor = (misses: number): number => Math.min(HOUR * 2 ** Math.max(0, misses - 1), MAX_DISTRUST)

/** Until when push is assumed to work, ms since the epoch; 0 if it does not. */
export const worksUntil = (
  { state, verifiedAt, leaseUntil, deliveredAt, distrustedUntil }: Subscription,
  now: number,
  recent: number,
): number => {
  if (state !== 'active' || verifiedAt === 0 || deliveredAt === 0) return 0
  if (distrustedUntil > now && isPlausible(distrustedUntil, now, MAX_DISTRUST)) return 0
  // Recorded while the clock was ahead: the next delivery will show whether push works.
  if (!isPlausible(Math.max(verifiedAt, deliveredAt), now)) return 0
  const until = Math.min(deliveredAt + recent, leaseUntil)
  return until > now ? until : 0
}

/**
 * New items of a poll that push should have delivered: published after push began to work and after the last poll, and
 * longer ago than the grace period. Items without a date never count as missed.
 * @param published publication times of the items that were new in a poll, ms since the epoch
 */
export const findMissed = (
  published: readonly number[],
  now: number,
  since: number,
  grace: number,
): readonly number[] => published.filter(at => at > since && at < now - grace)
