/** The queue `webhooks`: each job tells one webhook one thing (jobs/webhook.ts). Failed jobs are the dead letters. */

import { z } from 'zod'
import { MESSAGES, type Message, type MessageType } from '../webhooks/rules/messages.ts'
import { defineQueue } from './definition.ts'

const types = Object.keys(MESSAGES) as [MessageType, ...MessageType[]] // the keys of MESSAGES

const WebhookData = z
  .object({
    /** Name of the webhook in the configuration. */
    webhook: z.string().min(1),
    type: z.enum(types),
    /** ms since the epoch. */
    at: z.number(),
    data: z.unknown(),
  })
  .transform((written, context) => {
    const data = MESSAGES[written.type].safeParse(written.data)
    if (data.success) return { webhook: written.webhook, ...({ ...written, data: data.data } as Message) }
    context.addIssue({ code: 'custom', path: ['data'], message: z.prettifyError(data.error) })
    return z.NEVER
  })

export const webhooksQueue = defineQueue({
  queue: 'webhooks',
  version: 1,
  data: WebhookData,
  options: {
    // 5 s, 10 s, 20 s, ...: the last attempt is made 85 minutes after the first.
    attempts: 11,
    backoff: { type: 'exponential', delay: 5_000, jitter: 0.2 },
    removeOnComplete: { age: 3_600, count: 1_000 },
    removeOnFail: { age: 7 * 86_400, count: 5_000 },
  },
  title: ({ webhook, type }) => `${webhook}: ${type}`,
})
