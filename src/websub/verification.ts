/** Answers hubs that verify our intent or deny a subscription (WebSub, 5.3 and 5.2). */

import { fold } from '../util/plain-text.ts'
import type { PushParts } from './push-parts.ts'
import { ASKED_LASTS, afterDenial, boundLease, renewAt, type Subscription } from './subscription.ts'
import type { Subscriptions } from './subscription-store.ts'

/** Response of a callback. */
export interface HubAnswer {
  readonly status: number
  readonly body: string
}

export interface Verification {
  verify(token: string, query: Readonly<Record<string, string | undefined>>): Promise<HubAnswer>
}

const notFound: HubAnswer = { status: 404, body: 'There is no such request of ours.' }

/** @param trust updates until when push is assumed to work */
export const createVerification = (
  { settings, sources, now }: Pick<PushParts, 'settings' | 'sources' | 'now'>,
  { get, patch, drop }: Subscriptions,
  trust: (subscription: Subscription) => Promise<void>,
): Verification => ({
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
})
