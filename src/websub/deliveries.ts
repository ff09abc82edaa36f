/** Judges what hubs deliver, and whether it can be relied on instead of polling. */

import type { SourceId } from '../domain/source.ts'
import type { PushParts } from './push-parts.ts'
import { findSignatureFault } from './signature.ts'
import { distrustFor, findMissed, type Subscription, worksUntil } from './subscription.ts'
import type { Subscriptions } from './subscription-store.ts'

export type Delivery =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'too-many'; readonly retryAfter: number }
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'good'; readonly subscription: Subscription }

export interface Deliveries {
  /** To be called before a body is read: whether it is accepted. */
  admit(token: string): Promise<Delivery>
  /** Checks the signature of a body; one without a valid signature is ignored and counted. */
  check(subscription: Subscription, signature: string | undefined, body: Uint8Array): Promise<Delivery>
  /** Records that a delivery was ingested: push works. */
  delivered(subscription: Subscription): Promise<void>
  /**
   * To be called after every poll while push works, with the publication times of the new items. If push should have
   * delivered any of them, it is not relied on for a while.
   * @returns why push is not relied on now; null if nothing was missed
   */
  polled(id: SourceId, published: readonly number[], lastPollAt: number | null): Promise<string | null>
}

/** @param trust updates until when push is assumed to work */
export const createDeliveries = (
  { redis, keys, settings, sources, now }: Omit<PushParts, 'postForm'>,
  { get, of, patch }: Subscriptions,
  trust: (subscription: Subscription) => Promise<void>,
): Deliveries => ({
  async admit(token) {
    const subscription = await get(token)
    if (!subscription || subscription.state === 'ending') return { kind: 'unknown' }
    const minute = Math.floor(now() / 60_000)
    const key = keys.pushRate(token, minute)
    const counted = await redis.multi().incr(key).pexpire(key, 120_000).exec()
    if (Number(counted?.[0]?.[1]) > settings().perMinute)
      return { kind: 'too-many', retryAfter: Math.ceil(((minute + 1) * 60_000 - now()) / 1_000) }
    return { kind: 'good', subscription }
  },

  async check(subscription, signature, body) {
    const why = findSignatureFault(signature, body, subscription.secret)
    if (why === null) return { kind: 'good', subscription }
    await patch(subscription.token, {}, undefined, 'ignored')
    return { kind: 'ignored', why }
  },

  async delivered(subscription) {
    const deliveredAt = now()
    const healed =
      subscription.misses > 0 && subscription.distrustedUntil <= deliveredAt
        ? { reason: 'trusted again after it had missed something' }
        : {}
    await patch(subscription.token, { deliveredAt, ...healed }, undefined, 'deliveries')
    await trust({ ...subscription, deliveredAt })
  },

  async polled(id, published, lastPollAt) {
    const subscription = await of(id)
    if (!subscription || worksUntil(subscription, now(), settings().recent) === 0) return null
    const since = Math.max(subscription.verifiedAt, lastPollAt ?? 0)
    const missed = findMissed(published, now(), since, settings().grace)
    if (missed.length === 0) return null
    const misses = subscription.misses + 1
    const reason = `a poll found ${missed.length} ${missed.length === 1 ? 'item' : 'items'} that push had missed, the oldest of ${new Date(Math.min(...missed)).toISOString()}`
    await patch(subscription.token, { misses, distrustedUntil: now() + distrustFor(misses), reason })
    await sources.setPush(id, 0)
    return reason
  },
})
