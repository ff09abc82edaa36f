/** The schema of newsdesk.yaml: the settings of every section, and those of the process itself. */

import { z } from 'zod'
import { LEVELS } from '../domain/log-level.ts'
import { span } from '../util/units.ts'
import { findUrlError, URL_FORMS } from './redis-address.ts'
import { ROLES } from './roles.ts'
import { AdminSettings } from './sections/admin.ts'
import { ArticleSettings } from './sections/articles.ts'
import { CrawlSettings } from './sections/crawl.ts'
import { EventSettings } from './sections/events.ts'
import { ListSettings } from './sections/lists.ts'
import { MetricsSettings } from './sections/metrics.ts'
import { HttpSettings } from './sections/public-server.ts'
import { PushSettings } from './sections/push.ts'
import { LIVE, ON_RESTART } from './sections/restart.ts'
import { StorySettings } from './sections/stories.ts'
import { TracingSettings } from './sections/tracing.ts'
import { Webhooks } from './sections/webhooks.ts'

const RedisSettings = z
  .strictObject({
    url: z
      .string()
      .superRefine((url, context) => {
        const message = findUrlError(url)
        if (message !== undefined) context.addIssue({ code: 'custom', message })
      })
      .default('')
      .describe(`URL of Redis: ${URL_FORMS.join('; ')}. Empty: newsdesk starts its own Redis.`),
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/, 'must be 1 to 40 letters, digits, dots, _ or -')
      .default('newsdesk')
      .describe('Prefix of all keys.'),
    dataDir: z
      .string()
      .min(1)
      .default('./data/redis')
      .describe('Data folder of the Redis that newsdesk starts itself.'),
    replicas: z
      .int()
      .min(0)
      .max(5)
      .default(0)
      .describe(
        'Number of replicas per master that must confirm a write before newsdesk acknowledges it. With 1, no acknowledged write is lost when a master fails. 0: newsdesk does not wait.',
      )
      .meta(LIVE),
    tlsCa: z
      .string()
      .default('')
      .describe('PEM file of the CA that signed the certificate of Redis. Empty: the CAs that the system trusts.'),
    tlsCert: z.string().default('').describe('PEM file of the client certificate, if Redis requires one.'),
    tlsKey: z.string().default('').describe('PEM file of the key of the client certificate.'),
    tlsServerName: z
      .string()
      .default('')
      .describe('Name on the certificate of Redis, if it differs from the host in redis.url.'),
    sentinelUser: z.string().default('').describe('User for the sentinels, if they require one.'),
    sentinelPassword: z.string().default('').describe('Password for the sentinels, if they require one.'),
  })
  .prefault({})
  .meta(ON_RESTART)

export const Settings = z.strictObject({
  redis: RedisSettings,
  roles: z
    .array(z.enum(ROLES))
    .min(1, `must name one at least; allowed: ${ROLES.join(', ')}`)
    .default([...ROLES])
    .describe('Roles of this process. Run several processes with different roles to scale out.')
    .meta(ON_RESTART),
  webhooks: Webhooks,
  shutdown: span('0ms', '1d')
    .prefault('25s')
    .describe('How long active jobs may take to finish after SIGTERM.')
    .meta(LIVE),
  log: z
    .strictObject({
      level: z.enum(LEVELS).default('info').describe('Minimum level that is logged.'),
    })
    .prefault({})
    .meta(LIVE),
  config: z
    .strictObject({
      watch: z
        .boolean()
        .default(false)
        .describe('Whether changed files of the configuration are reloaded by themselves, as after SIGHUP.'),
    })
    .prefault({})
    .meta(ON_RESTART),
  crawl: CrawlSettings,
  push: PushSettings,
  articles: ArticleSettings,
  stories: StorySettings,
  events: EventSettings,
  lists: ListSettings,
  http: HttpSettings,
  admin: AdminSettings,
  metrics: MetricsSettings,
  tracing: TracingSettings,
})
export type Settings = z.infer<typeof Settings>
