/** Keeps subscriptions in step with what feeds offer, the catalogue and the configuration. */

import type { Source, SourceId } from '../domain/source.ts'
import type { Offer } from './link-header.ts'
import type { PushParts } from './push-parts.ts'
import type { Subscription } from './subscription.ts'
import { callbacksAt, type Subscriptions } from './subscription-store.ts'

export interface Offers {
  /** To be called when the offer of a feed changes; null if it offers no hub any more. */
  offered(id: SourceId, offer: Offer | null): Promise<void>
  /** Begins and ends subscriptions to match the offers, the catalogue and the configuration. */
  reconcile(): Promise<{ readonly begun: number; readonly ended: number }>
}

export const createOffers = (
  { redis, keys, settings, sources, now }: PushParts,
  { get, patch, drop, ...subscriptions }: Subscriptions,
): Offers => {
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

  return {
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
      // Written above.
      const offers = new Map(Object.entries(written).map(([id, offer]) => [id, JSON.parse(offer) as Offer]))
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
  }
}
