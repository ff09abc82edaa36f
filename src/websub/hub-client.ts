/** Talks to WebSub hubs: subscribes, renews and unsubscribes. */

import type { PostManners } from '../http-client/post.ts'
import type { PushParts } from './push-parts.ts'
import { askAgainAt, MAX_UNSUBSCRIBES, type Subscription, VERIFY_WITHIN } from './subscription.ts'
import type { Subscriptions } from './subscription-store.ts'

export interface HubClient {
  /**
   * Does what is due for one subscription: subscribes, renews, unsubscribes or gives up.
   * @returns what was done, for people
   */
  attend(token: string, manners?: PostManners): Promise<string>
}

export const createHubClient = (
  { settings, sources, postForm, now }: Pick<PushParts, 'settings' | 'sources' | 'postForm' | 'now'>,
  { get, patch, drop }: Subscriptions,
): HubClient => {
  const attendEnding = async (subscription: Subscription, manners?: PostManners): Promise<string> => {
    const { token, hub, topic, callback, tries } = subscription
    if (tries >= MAX_UNSUBSCRIBES) {
      await drop(token)
      return 'gave up: the hub did not answer any unsubscribe request'
    }
    await patch(
      token,
      { asked: 'unsubscribe', askedAt: now(), tries: tries + 1 },
      askAgainAt(token, now() + VERIFY_WITHIN, tries + 1),
    )
    const fields = { 'hub.mode': 'unsubscribe', 'hub.topic': topic, 'hub.callback': callback }
    const outcome = await postForm(hub, fields, manners)
    return outcome.kind === 'answered' ? `unsubscribe: the hub answered ${outcome.status}` : outcome.detail
  }

  const attendSubscribing = async (subscription: Subscription, manners?: PostManners): Promise<string> => {
    const { token, hub, topic, callback, secret, leaseUntil, asked, tries, state } = subscription
    const lapsed = state === 'active' && leaseUntil <= now()
    const unverified = asked === 'subscribe' && tries > 0
    // Written before the request: the hub may verify before it answers.
    await patch(
      token,
      {
        asked: 'subscribe',
        askedAt: now(),
        tries: tries + 1,
        ...(state === 'active' && !lapsed ? {} : { state: unverified ? 'failed' : 'asking' }),
        ...(unverified ? { reason: 'the hub did not verify the subscription: can it reach push.baseUrl?' } : {}),
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
        : `the request to the hub failed: ${outcome.reason}: ${outcome.detail}`
    await patch(
      token,
      { reason: why, ...(state === 'active' && !lapsed ? {} : { state: 'failed' }) },
      askAgainAt(token, now(), tries + 1),
    )
    return why
  }

  return {
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
  }
}
