/**
 * Push over Redis: which source is subscribed at which hub, what hubs send to our callbacks, and whether their
 * deliveries can be relied on. Any number of replicas share it: due subscriptions are claimed, and no process keeps
 * state. Never fetches a feed and never decides what an article is.
 */

import type { Redis } from 'ioredis'
import type { PushSettings } from '../config/sections/push.ts'
import type { Source, SourceId } from '../domain/source.ts'
import type { PostForm } from '../http-client/post.ts'
import type { Keys } from '../redis/keys.ts'
import type { Sources } from '../sources/store/sources.ts'
import { createHubClient, type HubClient } from './hub-client.ts'
import type { Offer } from './link-header.ts'
import { findSignatureFault } from './signature.ts'
import { distrustFor, findMissed, type Subscription, worksUntil } from './subscription.ts'
import { callbacksAt, createSubscriptions } from './subscription-store.ts'

export type Delivery =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'too-many'; readonly retryAfter: number }
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'good'; readonly subscription: Subscription }

export interface PushSummary {
  /** Whether it is configured. */
  readonly on: boolean
  readonly subscriptions: number
  readonly active: number
  /** Sources whose news push delivers, so that they are polled at the safety interval only. */
  readonly working: number
  readonly deliveries: number
  readonly ignored: number
}

export interface Push extends HubClient {
  /** To be called when the offer of a feed changes; null if it offers no hub any more. */
  offered(id: SourceId, offer: Offer | null): Promise<void>
  /** Begins and ends subscriptions to match the offers, the catalogue and the configuration. */
  reconcile(): Promise<{ readonly begun: number; readonly ended: number }>
  /** Claims due subscriptions, each for one caller only. */
  claimDue(limit: number): Promise<readonly string[]>
  get(token: string): Promise<Subscription | null>
  of(id: SourceId): Promise<Subscription | null>
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
  summary(): Promise<PushSummary>
}

export interface PushParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly settings: () => PushSettings
  readonly sources: Pick<Sources, 'list' | 'get' | 'setPush'>
  readonly postForm: PostForm
  readonly now: () => number
}

export const createPush = ({ redis, keys, settings, sources, postForm, now }: PushParts): Push => {
  const subscriptions = createSubscriptions(redis, keys, now)
  const { get, of, patch, drop } = subscriptions
  const begin = (id: SourceId, offer: Offer) => subscriptions.begin(id, offer, settings().baseUrl)

  /**
   * Ends a subscription: the source is polled as usual from now on, and the hub is sent an unsubscribe request if it
   * knows of us.
   */
  const end = async (id: SourceId, token: string, why: string): Promise<void> => {
    const subscription = await get(token)
    await redis.hdel(keys.pushTokens(), id)
    if (sources.get(id)) await sources.setPush(id, 0)
    if (!subscription || (subscription.verifiedAt === 0 && subscription.askedAt === 0)) return drop(token)
    await patch(token, { state: 'ending', asked: '', tries: 0, reason: why }, now())
  }

  /** Whether a subscription has the hub and topic of the offer, and our current callback. */
  const fits = ({ hub, topic, callback }: Subscription, offer: Offer): boolean =>
    hub === offer.hub && topic === offer.topic && callback.startsWith(callbacksAt(settings().baseUrl))

  const wants = (source: Source | undefined): source is Source => source?.enabled === true && settings().baseUrl !== ''

  /** Why a source should have no subscription, or not this one; null if it should have this one. */
  const faultIn = (id: SourceId, subscription: Subscription | null, offer: Offer | undefined): string | null => {
    if (settings().baseUrl === '') return 'push is not configured any more'
    if (!wants(sources.get(id))) return 'the source was paused or removed'
    if (!offer) return 'the feed offers no hub any more'
    if (!subscription) return 'its record is gone'
    return fits(subscription, offer) ? null : 'the feed offers another hub or topic, or our address changed'
  }

  const trust = async (subscription: Subscription): Promise<void> => {
    if (sources.get(subscription.source))
      await sources.setPush(subscription.source, worksUntil(subscription, now(), settings().recent))
  }

  return {
    ...createHubClient({ subscriptions, settings, sources, postForm, trust, now }),
    get,
    of,
    claimDue: subscriptions.claimDue,

    async offered(id, offer) {
      if (offer === null) await redis.hdel(keys.pushOffers(), id)
      else await redis.hset(keys.pushOffers(), id, JSON.stringify(offer))
      await redis.hset(keys.source(id), 'pushOffer', offer === null ? '' : JSON.stringify(offer))
      const token = await redis.hget(keys.pushTokens(), id)
      const fault = token === null ? null : faultIn(id, await get(token), offer ?? undefined)
      if (token !== null && fault !== null) await end(id, token, fault)
      if (offer !== null && wants(sources.get(id))) await begin(id, offer)
    },

    async reconcile() {
      const [written, tokens] = await Promise.all([redis.hgetall(keys.pushOffers()), redis.hgetall(keys.pushTokens())])
      const offers = new Map(Object.entries(written).map(([id, offer]) => [id, JSON.parse(offer) as Offer])) // written above
      let [begun, ended] = [0, 0]
      for (const [id, token] of Object.entries(tokens) as [SourceId, string][]) {
        const fault = faultIn(id, await get(token), offers.get(id))
        if (fault === null) continue
        await end(id, token, fault)
        delete tokens[id]
        ended += 1
      }
      for (const [id, offer] of offers as Map<SourceId, Offer>) {
        const source = sources.get(id)
        // The source was removed: if it is added again, its feed states its offer again.
        if (!source) await Promise.all([redis.hdel(keys.pushOffers(), id), redis.hdel(keys.source(id), 'pushOffer')])
        else if (tokens[id] === undefined && wants(source) && (await begin(id, offer))) begun += 1
      }
      return { begun, ended }
    },

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

    async summary() {
      const tokens = Object.values(await redis.hgetall(keys.pushTokens()))
      const all = (await Promise.all(tokens.map(get))).filter(each => each !== null)
      const sum = (of: (each: Subscription) => number) => all.reduce((total, each) => total + of(each), 0)
      return {
        on: settings().baseUrl !== '',
        subscriptions: all.length,
        active: sum(({ state }) => Number(state === 'active')),
        working: sum(each => Number(worksUntil(each, now(), settings().recent) > 0)),
        deliveries: sum(({ deliveries }) => deliveries),
        ignored: sum(({ ignored }) => ignored),
      }
    },
  }
}
