/** Talks to WebSub hubs: subscribes, renews and unsubscribes, and answers their verification requests. */

import type { PushSettings } from '../config/sections/push.ts'
import type { PostForm, PostManners } from '../http-client/post.ts'
import type { Sources } from '../sources/store/sources.ts'
import { fold } from '../util/plain-text.ts'
import {
  ASKED_LASTS,
  afterDenial,
  askAgainAt,
  boundLease,
  GOODBYES,
  renewAt,
  type Subscription,
  VERIFY_WITHIN,
} from './subscription.ts'
import type { Subscriptions } from './subscription-store.ts'

/** The response to a verification request. */
export interface Answer {
  readonly status: number
  readonly body: string
}

export interface HubClient {
  /**
   * Does what is due for a subscription: subscribes, renews, unsubscribes or gives up. @returns what was done, for
   * people
   */
  attend(token: string, manners?: PostManners): Promise<string>
  /** Answers a hub that verifies a request (WebSub, 5.3), or records that it denied it (5.2). */
  verify(token: string, query: Readonly<Record<string, string | undefined>>): Promise<Answer>
}

export interface HubClientParts {
  readonly subscriptions: Subscriptions
  readonly settings: () => PushSettings
  readonly sources: Pick<Sources, 'setPush'>
  readonly postForm: PostForm
  /** Updates until when push counts as working for the source. */
  readonly trust: (subscription: Subscription) => Promise<void>
  readonly now: () => number
}

const notFound: Answer = { status: 404, body: 'We did not ask for that.' }

export const createHubClient = ({
  subscriptions,
  settings,
  sources,
  postForm,
  trust,
  now,
}: HubClientParts): HubClient => {
  const { get, patch, drop } = subscriptions

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
    // Written before the request is sent, since the hub may verify before it responds.
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

    async verify(token, query) {
      const subscription = await get(token)
      if (!subscription) return { status: 410, body: 'No such subscription.' }
      const { 'hub.mode': mode, 'hub.topic': topic, 'hub.challenge': challenge } = query
      if (topic !== subscription.topic) return notFound
      if (mode === 'denied') {
        if (subscription.state === 'ending') return { status: 200, body: '' }
        const why = `the hub denies it: ${fold((query['hub.reason'] ?? 'no reason given').slice(0, 200))}`
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
      const lease = boundLease(query['hub.lease_seconds'], settings().lease)
      const verified = { state: 'active', verifiedAt: now(), leaseUntil: now() + lease, tries: 0, reason: '' } as const
      await patch(token, verified, renewAt(token, now(), lease))
      await trust({ ...subscription, ...verified })
      return { status: 200, body: challenge }
    },
  }
}
