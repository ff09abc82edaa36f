/**
 * Push over Redis: who is subscribed where, what hubs answer to our callbacks, and whether what they bring can be relied on. Any number of
 * replicas share it: what is due is claimed, and no state is kept in a process. Never fetches a feed and never decides what an article is.
 */

import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { PostForm, PostManners } from '../feed/post.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'
import type { Source, SourceId } from '../sources/source.ts'
import type { Sources } from '../sources/sources.ts'
import type { Offer } from './link-header.ts'
import type { PushSettings } from './settings.ts'
import { faultOf } from './signature.ts'
import {
  ASKED_LASTS,
  afterDenial,
  askAgainAt,
  distrustFor,
  GOODBYES,
  leaseOf,
  missedOf,
  parseSubscription,
  renewAt,
  type Subscription,
  VERIFY_WITHIN,
  worksUntil,
} from './subscription.ts'

const claimDueScript = loadScript(new URL('../sources/claim-due.lua', import.meta.url))
const patchScript = loadScript(new URL('./patch.lua', import.meta.url))

/** A claimed subscription comes up again after this, should its job never have been queued. */
const CLAIM_LEASE = 5 * 60_000

/** What a callback answers. */
export interface Answer {
  readonly status: number
  readonly body: string
}

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
  /** Sources that push brings, so that they are polled only to be safe. */
  readonly working: number
  readonly deliveries: number
  readonly ignored: number
}

export interface Push {
  /** What a feed offers, whenever that changed: null where it offers nothing any more. */
  offered(id: SourceId, offer: Offer | null): Promise<void>
  /** Makes subscriptions fit offers, catalogue and configuration. */
  reconcile(): Promise<{ readonly begun: number; readonly ended: number }>
  /** Takes subscriptions for which something is due: each is given to one caller only. */
  claimDue(limit: number): Promise<readonly string[]>
  get(token: string): Promise<Subscription | null>
  of(id: SourceId): Promise<Subscription | null>
  /** Does what is due for one: asks its hub, renews, says goodbye, or gives up. @returns what was done, for people */
  attend(token: string, manners?: PostManners): Promise<string>
  /** A hub asks whether we meant it, or says that it will not (WebSub, 5.3 and 5.2). */
  verify(token: string, query: Readonly<Record<string, string | undefined>>): Promise<Answer>
  /** Before a body is read: whether one may come. */
  admit(token: string): Promise<Delivery>
  /** Checks a body's signature; what is not signed rightly is ignored and counted. */
  check(subscription: Subscription, signature: string | undefined, body: Uint8Array): Promise<Delivery>
  /** A delivery was taken in: push works. */
  delivered(subscription: Subscription): Promise<void>
  /**
   * Told of every poll while push works: publications that were new. What push should have brought makes it distrusted for a while.
   * @returns why, where it is distrusted now
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

type Patch = Partial<Record<keyof Subscription, string | number>>

export const createPush = ({ redis, keys, settings, sources, postForm, now }: PushParts): Push => {
  const get = async (token: string): Promise<Subscription | null> =>
    parseSubscription(token, await redis.hgetall(keys.subscription(token)))

  const of = async (id: SourceId): Promise<Subscription | null> => {
    const token = await redis.hget(keys.pushTokens(), id)
    return token === null ? null : get(token)
  }

  /** @param raise a count to raise by one */
  const patch = async (token: string, change: Patch, due?: number, raise: '' | 'deliveries' | 'ignored' = '') =>
    (await runScript(
      redis,
      patchScript,
      [keys.subscription(token), keys.pushDue()],
      [token, due ?? '', raise, ...Object.entries(change).flat()],
    )) === 1

  const drop = async (token: string): Promise<void> => {
    await redis.multi().del(keys.subscription(token)).zrem(keys.pushDue(), token).exec()
  }

  const begin = async (id: SourceId, { hub, topic }: Offer): Promise<boolean> => {
    const token = randomBytes(24).toString('base64url')
    // Of two replicas that begin at once, one is first.
    if ((await redis.hsetnx(keys.pushTokens(), id, token)) === 0) return false
    const callback = `${settings().baseUrl.replace(/\/+$/, '')}/push/${token}`
    await redis
      .multi()
      .hset(keys.subscription(token), {
        source: id,
        hub,
        topic,
        callback,
        secret: randomBytes(32).toString('hex'),
        state: 'asking',
        reason: 'the hub is asked',
      })
      .zadd(keys.pushDue(), now(), token)
      .exec()
    return true
  }

  /** The source is polled as ever from now on; the hub is told, where it knows of us. */
  const end = async (id: SourceId, token: string, why: string): Promise<void> => {
    const subscription = await get(token)
    await redis.hdel(keys.pushTokens(), id)
    if (sources.get(id)) await sources.setPush(id, 0)
    if (!subscription || (subscription.verifiedAt === 0 && subscription.askedAt === 0)) return drop(token)
    await patch(token, { state: 'ending', asked: '', tries: 0, reason: why }, now())
  }

  /** Whether a subscription is the one a source should have. */
  const fits = ({ hub, topic, callback }: Subscription, offer: Offer): boolean =>
    hub === offer.hub && topic === offer.topic && callback.startsWith(`${settings().baseUrl.replace(/\/+$/, '')}/push/`)

  const wants = (source: Source | undefined): source is Source => source?.enabled === true && settings().baseUrl !== ''

  /** Why a source should have no subscription, or not this one; null where all is right. */
  const faultIn = (id: SourceId, subscription: Subscription | null, offer: Offer | undefined): string | null => {
    if (settings().baseUrl === '') return 'push is not configured any more'
    if (!wants(sources.get(id))) return 'the source was paused or removed'
    if (!offer) return 'the feed offers no hub any more'
    if (!subscription) return 'its record is gone'
    return fits(subscription, offer) ? null : 'the feed offers another hub or topic, or our address changed'
  }

  const attendEnding = async (subscription: Subscription, manners?: PostManners): Promise<string> => {
    const { token, hub, topic, callback, tries } = subscription
    if (tries >= GOODBYES) {
      await drop(token)
      return 'let go: the hub never answered the goodbye'
    }
    await patch(
      token,
      { asked: 'unsubscribe', askedAt: now(), tries: tries + 1 },
      askAgainAt(token, now() + VERIFY_WITHIN, tries + 1),
    )
    const goodbye = { 'hub.mode': 'unsubscribe', 'hub.topic': topic, 'hub.callback': callback }
    const outcome = await postForm(hub, goodbye, manners)
    return outcome.kind === 'answered' ? `unsubscribe: the hub answered ${outcome.status}` : outcome.detail
  }

  const attendSubscribing = async (subscription: Subscription, manners?: PostManners): Promise<string> => {
    const { token, hub, topic, callback, secret, leaseUntil, asked, tries, state } = subscription
    const lapsed = state === 'active' && leaseUntil <= now()
    const unverified = asked === 'subscribe' && tries > 0
    // Written before the hub is asked: it may verify before it has answered.
    await patch(
      token,
      {
        asked: 'subscribe',
        askedAt: now(),
        tries: tries + 1,
        ...(state === 'active' && !lapsed ? {} : { state: unverified ? 'failed' : 'asking' }),
        ...(unverified
          ? { reason: 'the hub did not verify when asked: can it reach push.baseUrl from where it is?' }
          : {}),
      },
      askAgainAt(token, now() + VERIFY_WITHIN, tries + 1),
    )
    if (lapsed) await sources.setPush(subscription.source, 0)
    const wish = {
      'hub.mode': 'subscribe',
      'hub.topic': topic,
      'hub.callback': callback,
      'hub.secret': secret,
      'hub.lease_seconds': String(Math.round(settings().lease / 1_000)),
    }
    const outcome = await postForm(hub, wish, manners)
    if (outcome.kind === 'answered' && outcome.status >= 200 && outcome.status < 300)
      return `subscribe: the hub answered ${outcome.status}`
    const why =
      outcome.kind === 'answered'
        ? `the hub answered ${outcome.status}: ${outcome.text.trim().slice(0, 200)}`
        : `the hub cannot be asked: ${outcome.reason}: ${outcome.detail}`
    await patch(
      token,
      { reason: why, ...(state === 'active' && !lapsed ? {} : { state: 'failed' }) },
      askAgainAt(token, now(), tries + 1),
    )
    return why
  }

  const trust = async (subscription: Subscription): Promise<void> => {
    if (sources.get(subscription.source))
      await sources.setPush(subscription.source, worksUntil(subscription, now(), settings().recent))
  }

  const notFound: Answer = { status: 404, body: 'We did not ask for that.' }

  return {
    get,
    of,

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
        // Gone: should it come back, its feed says again what it offers.
        if (!source) await Promise.all([redis.hdel(keys.pushOffers(), id), redis.hdel(keys.source(id), 'pushOffer')])
        else if (tokens[id] === undefined && wants(source) && (await begin(id, offer))) begun += 1
      }
      return { begun, ended }
    },

    async claimDue(limit) {
      return (await runScript(redis, claimDueScript, [keys.pushDue()], [now(), limit, CLAIM_LEASE])) as string[] // members are tokens
    },

    async attend(token, manners) {
      const subscription = await get(token)
      if (!subscription) {
        await drop(token)
        return 'no such subscription any more'
      }
      return subscription.state === 'ending'
        ? attendEnding(subscription, manners)
        : attendSubscribing(subscription, manners)
    },

    async verify(token, query) {
      const subscription = await get(token)
      if (!subscription) return { status: 410, body: 'No such subscription.' }
      const { 'hub.mode': mode, 'hub.topic': topic, 'hub.challenge': challenge } = query
      if (topic !== subscription.topic) return notFound
      if (mode === 'denied') {
        if (subscription.state === 'ending') return { status: 200, body: '' }
        const why = `the hub denies it: ${(query['hub.reason'] ?? 'no reason given').slice(0, 200)}`
        await patch(token, { state: 'denied', asked: '', tries: 0, reason: why }, afterDenial(now()))
        await sources.setPush(subscription.source, 0)
        return { status: 200, body: '' }
      }
      const meant = mode === subscription.asked && now() - subscription.askedAt <= ASKED_LASTS
      if (!meant || challenge === undefined || challenge === '' || challenge.length > 4_096) return notFound
      if (mode === 'unsubscribe') {
        await drop(token)
        return { status: 200, body: challenge }
      }
      const lease = leaseOf(query['hub.lease_seconds'], settings().lease)
      const verified = { state: 'active', verifiedAt: now(), leaseUntil: now() + lease, tries: 0, reason: '' } as const
      await patch(token, verified, renewAt(token, now(), lease))
      await trust({ ...subscription, ...verified })
      return { status: 200, body: challenge }
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
      const why = faultOf(signature, body, subscription.secret)
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
      const missed = missedOf(published, now(), since, settings().grace)
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
