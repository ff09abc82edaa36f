/**
 * Push over Redis: which source is subscribed at which hub, what hubs send to our callbacks, and whether their
 * deliveries can be relied on. Any number of replicas share it: due subscriptions are claimed, and no process keeps
 * state. Never fetches a feed and never decides what an article is.
 */

import { createDeliveries, type Deliveries } from './deliveries.ts'
import { createHubClient, type HubClient } from './hub-client.ts'
import { createOffers, type Offers } from './offers.ts'
import type { PushParts } from './push-parts.ts'
import { type Subscription, worksUntil } from './subscription.ts'
import { createSubscriptions, type Subscriptions } from './subscription-store.ts'
import { createVerification, type Verification } from './verification.ts'

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

export interface Push
  extends HubClient,
    Verification,
    Offers,
    Deliveries,
    Pick<Subscriptions, 'get' | 'of' | 'claimDue'> {
  summary(): Promise<PushSummary>
}

export const createPush = (parts: PushParts): Push => {
  const { redis, keys, settings, sources, now } = parts
  const subscriptions = createSubscriptions(redis, keys, now)
  const { get, of, claimDue } = subscriptions
  const works = (subscription: Subscription): number => worksUntil(subscription, now(), settings().recent)
  const trust = async (subscription: Subscription): Promise<void> => {
    if (sources.get(subscription.source)) await sources.setPush(subscription.source, works(subscription))
  }
  return {
    ...createHubClient(parts, subscriptions),
    ...createVerification(parts, subscriptions, trust),
    ...createOffers(parts, subscriptions),
    ...createDeliveries(parts, subscriptions, trust),
    ...{ get, of, claimDue },
    async summary() {
      const tokens = Object.values(await redis.hgetall(keys.pushTokens()))
      const all = (await Promise.all(tokens.map(get))).filter(each => each !== null)
      const sum = (of: (each: Subscription) => number) => all.reduce((total, each) => total + of(each), 0)
      return {
        on: settings().baseUrl !== '',
        subscriptions: all.length,
        active: sum(({ state }) => Number(state === 'active')),
        working: sum(each => Number(works(each) > 0)),
        deliveries: sum(({ deliveries }) => deliveries),
        ignored: sum(({ ignored }) => ignored),
      }
    },
  }
}
