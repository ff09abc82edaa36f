/**
 * `webhooks`: delivers a message to a webhook. What is not accepted with a status of 2xx is retried with growing delays;
 * what failed for good stays in the queue for a week, where it can be retried.
 */

import { UnrecoverableError } from 'bullmq'
import { webhooksQueue } from '../src/queues/webhooks.ts'
import { defineJob } from './define.ts'

/** Longest pause that a receiver may ask for, ms. */
const MAX_PAUSE = 3_600_000
/** Age of a message from which a pause is a failure, ms: a receiver that is busy for a day is away. */
const MAX_AGE = 86_400_000

export const webhooks = defineJob(webhooksQueue, {
  async run({ webhook, ...message }, { sendMessage, job, log, now }) {
    const sent = await sendMessage(webhook, job.id, message)
    if (sent.kind === 'removed') return { webhook, outcome: 'removed' }
    if (sent.kind === 'failed') {
      if (sent.pause !== undefined && now() - message.at < MAX_AGE) return job.postpone(Math.min(sent.pause, MAX_PAUSE))
      throw sent.isFinal ? new UnrecoverableError(`${webhook}: ${sent.why}`) : new Error(`${webhook}: ${sent.why}`)
    }
    log.debug({ event: 'webhook.delivered', webhook, type: message.type, status: sent.status }, 'webhook told')
    return { webhook, status: sent.status }
  },
})
