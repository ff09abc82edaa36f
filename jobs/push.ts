/**
 * `push`: subscribes at a WebSub hub, or renews or ends a subscription. The schedule adds a job when one is due. The
 * outcome and the next attempt are stored in the subscription, so that the next job makes up for one that died.
 */

import type { PostComplaint } from '../src/http-client/post.ts'
import { pushQueue } from '../src/queues/push.ts'
import { withoutCredentials } from '../src/util/redact.ts'
import { defineJob } from './define.ts'

export const push = defineJob(pushQueue, {
  async run({ token }, { push, politeness, job, log }) {
    const subscription = await push.get(token)
    if (!subscription) return { outcome: await push.attend(token) }
    const visit = politeness.visit(`push:${subscription.source}`, job.id)
    const turn = await visit.enter(subscription.hub)
    if (turn) return job.postpone(turn.ms)
    let complaint: PostComplaint | undefined
    try {
      const outcome = await push.attend(token, {
        onHop: async next => (await visit.enter(next))?.ms ?? null,
        onLimited: said => {
          complaint = said
        },
      })
      const hub = withoutCredentials(subscription.hub)
      const { source, state } = subscription
      log.info({ event: 'push.hub_asked', source, hub, state, outcome }, 'hub asked')
      return { source: subscription.source, outcome }
    } finally {
      await visit.leave(complaint)
    }
  },
})
