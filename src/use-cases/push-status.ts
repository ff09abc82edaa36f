/** Describes the push state of a source in words. */

import type { SourceState } from '../sources/state/state.ts'
import { formatDuration } from '../util/duration.ts'
import { withoutCredentials } from '../util/redact.ts'
import type { Subscription } from '../websub/subscription.ts'

/** Describes the push state of a source in one line. */
export const pushLine = (subscription: Subscription | null, state: SourceState, isOn: boolean, now: number): string => {
  if (state.pushOffer === '')
    return state.otherHubs === ''
      ? 'its feed offers no hub'
      : `its feed offers ${state.otherHubs}, which is not supported, and no WebSub hub: it is polled`
  if (!isOn) return 'its feed offers a hub; push.baseUrl is not set'
  if (!subscription) return 'its feed offers a hub; a subscription will be requested soon'
  const { hub, leaseUntil, deliveries, deliveredAt, distrustedUntil, reason } = subscription
  return [
    `${subscription.state} at ${withoutCredentials(hub)}`,
    leaseUntil > now ? `lease for another ${formatDuration(leaseUntil - now)}` : null,
    `${deliveries} deliveries${deliveredAt > 0 ? `, the last ${formatDuration(now - deliveredAt)} ago` : ''}`,
    distrustedUntil > now ? `not relied on for another ${formatDuration(distrustedUntil - now)}` : null,
    reason || null,
  ]
    .filter(part => part !== null)
    .join(' · ')
}
