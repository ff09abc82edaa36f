/** `newsdesk webhooks`: lists and tests webhooks, and delivers failed messages again. */

import { randomUUID } from 'node:crypto'
import type { Job } from 'bullmq'
import type { Webhook } from '../../config/sections/webhooks.ts'
import { createPoster } from '../../http-client/post.ts'
import type { Queues } from '../../queues/queues.ts'
import { formatDuration } from '../../util/duration.ts'
import { messageId } from '../../webhooks/rules/messages.ts'
import { createSendMessage } from '../../webhooks/send.ts'
import { print } from '../print.ts'
import { withSession } from '../session.ts'

/** Failed messages that are looked at: as many as are kept. */
const MOST = 5_000
/** Waiting messages that are counted by webhook. */
const MOST_WAITING = 10_000

const describe = ({ lists, articles, stories, sources }: Webhook): string =>
  [
    ...(lists.length > 0 ? [`lists ${lists.join(', ')}`] : []),
    ...(articles.length > 0 ? [`articles ${articles.join(', ')}`] : []),
    ...(stories ? [`stories of ${stories.publishers} publishers within ${formatDuration(stories.within)}`] : []),
    ...(sources.length > 0 ? [`sources ${sources.join(', ')}`] : []),
  ].join('; ')

const webhookOf = (job: Job): string => String((job.data as { webhook?: unknown }).webhook ?? '') // jobs added by hand may hold anything

const countByWebhook = (jobs: readonly Job[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const job of jobs) counts.set(webhookOf(job), (counts.get(webhookOf(job)) ?? 0) + 1)
  return counts
}

const readFailed = async ({ webhooks }: Queues): Promise<Job[]> => webhooks.getFailed(0, MOST)

/** The path may be a secret, as with Slack. */
const hostOf = ({ url }: Webhook): string => new URL(url).host

/** @returns 0 */
export const listCommand = (configDir: string, json: boolean): Promise<number> =>
  withSession(
    configDir,
    async ({ config, queues: open }) => {
      const queues = await open()
      const hooks = Object.entries(config.settings.webhooks)
      const [waiting, failed] = await Promise.all([
        queues.webhooks.getJobs(['waiting', 'active', 'delayed', 'prioritized'], 0, MOST_WAITING),
        readFailed(queues),
      ])
      const [waits, fails] = [countByWebhook(waiting), countByWebhook(failed)]
      const rows = hooks.map(([name, hook]) => ({
        ...{ name, host: hostOf(hook), format: hook.format, told: describe(hook) },
        ...{ waiting: waits.get(name) ?? 0, failed: fails.get(name) ?? 0 },
      }))
      if (json) console.log(JSON.stringify(rows, null, 2))
      else if (rows.length === 0)
        console.log('No webhook is configured: add one under webhooks in newsdesk.yaml (docs/webhooks.md).')
      else
        print(rows, [
          { title: 'Webhook', value: row => row.name },
          { title: 'Host', value: row => row.host },
          { title: 'Format', value: row => row.format },
          { title: 'Told of', value: row => row.told, flexible: true },
          { title: 'Waiting', value: row => String(row.waiting), align: 'right' },
          { title: 'Failed', value: row => String(row.failed), align: 'right' },
        ])
      return 0
    },
    { onlyReads: true },
  )

/** @returns 0 when the webhook accepted it, 1 if not, 2 if there is no such webhook */
export const testCommand = (configDir: string, name: string): Promise<number> =>
  withSession(
    configDir,
    async ({ config }) => {
      const { webhooks, crawl } = config.settings
      const hook = webhooks[name]
      if (!hook) {
        const known = Object.keys(webhooks)
        console.error(
          `There is no webhook ${JSON.stringify(name)} in newsdesk.yaml${known.length > 0 ? `; there are ${known.join(', ')}` : ''}.`,
        )
        return 2
      }
      const poster = createPoster(() => crawl)
      try {
        const send = createSendMessage({
          ...{ webhooks: () => webhooks, env: process.env, now: Date.now },
          post: poster.postText,
        })
        const at = Date.now()
        const id = messageId(name, 'webhook.test', randomUUID())
        const sent = await send(name, id, { type: 'webhook.test', at, data: { webhook: name } })
        if (sent.kind === 'delivered') {
          console.log(`${hostOf(hook)} answered ${sent.status} within ${formatDuration(Date.now() - at)}.`)
          return 0
        }
        console.error(sent.kind === 'failed' ? `Not accepted: ${sent.why}` : 'It is not configured any more.')
        return 1
      } finally {
        await poster.close()
      }
    },
    { onlyReads: true },
  )

/** @returns 0 */
export const failedCommand = (configDir: string, name: string | undefined, json: boolean): Promise<number> =>
  withSession(
    configDir,
    async ({ queues }) => {
      const failed = (await readFailed(await queues())).filter(job => name === undefined || webhookOf(job) === name)
      const rows = failed.map(job => ({
        ...{ id: job.id ?? '', webhook: webhookOf(job), type: String((job.data as { type?: unknown }).type ?? '') },
        failedAt: new Date(job.finishedOn ?? job.timestamp).toISOString(),
        ...{ attempts: job.attemptsMade, reason: job.failedReason ?? '' },
      }))
      if (json) console.log(JSON.stringify(rows, null, 2))
      else if (rows.length === 0) console.log('No message has failed in the last week.')
      else
        print(rows, [
          { title: 'Message', value: row => row.id },
          { title: 'Webhook', value: row => row.webhook },
          { title: 'Type', value: row => row.type },
          { title: 'Given up', value: row => row.failedAt },
          { title: 'Why', value: row => row.reason, flexible: true },
        ])
      return 0
    },
    { onlyReads: true },
  )

/** @returns 0 when they are queued, 1 if one of them has not failed */
export const replayCommand = (configDir: string, ids: readonly string[], all: boolean): Promise<number> =>
  withSession(configDir, async ({ queues }) => {
    const failed = await readFailed(await queues())
    const wanted = all ? failed : failed.filter(({ id }) => id !== undefined && ids.includes(id))
    for (const job of wanted) await job.retry('failed', { resetAttemptsMade: true })
    console.log(`${wanted.length} ${wanted.length === 1 ? 'message' : 'messages'} queued again.`)
    const unknown = ids.filter(id => !wanted.some(job => job.id === id))
    for (const id of unknown) console.error(`${id} is not among the failed messages.`)
    return unknown.length > 0 ? 1 : 0
  })
