/** The whole of newsdesk.yaml: the settings of every room, and of the process around them. */

import { z } from 'zod'
import { LEVELS } from '../domain/log-level.ts'
import { span } from '../util/units.ts'
import { URL_FORMS, urlTrouble } from './redis-address.ts'
import { ROLES } from './roles.ts'
import { AdminSettings } from './sections/admin.ts'
import { ArticleSettings } from './sections/articles.ts'
import { CrawlSettings } from './sections/crawl.ts'
import { EventSettings } from './sections/events.ts'
import { ListSettings } from './sections/lists.ts'
import { MetricsSettings } from './sections/metrics.ts'
import { HttpSettings } from './sections/public-server.ts'
import { PushSettings } from './sections/push.ts'
import { AT_START, LIVE } from './sections/restart.ts'
import { StorySettings } from './sections/stories.ts'
import { TracingSettings } from './sections/tracing.ts'

const RedisSettings = z
  .strictObject({
    url: z
      .string()
      .superRefine((url, context) => {
        const message = urlTrouble(url)
        if (message !== undefined) context.addIssue({ code: 'custom', message })
      })
      .default('')
      .describe(`Redis to use: ${URL_FORMS.join('; ')}. Empty: newsdesk runs one of its own.`),
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/, 'must be 1 to 40 letters, digits, dots, _ or -')
      .default('newsdesk')
      .describe('What all keys start with.'),
    dataDir: z.string().min(1).default('./data/redis').describe('Folder in which a Redis of its own keeps its data.'),
    replicas: z
      .int()
      .min(0)
      .max(5)
      .default(0)
      .describe(
        'Replicas of each master that must hold what is acknowledged: with 1, a master that is lost takes nothing with it. 0: none is waited for.',
      )
      .meta(LIVE),
    tlsCa: z
      .string()
      .default('')
      .describe('PEM file of who signed the certificate of Redis. Empty: those the system trusts.'),
    tlsCert: z
      .string()
      .default('')
      .describe('PEM file of the certificate that newsdesk shows, where Redis asks for one.'),
    tlsKey: z.string().default('').describe('PEM file of its key.'),
    tlsServerName: z
      .string()
      .default('')
      .describe('Name on the certificate of Redis where it is not the host of the URL.'),
    sentinelUser: z.string().default('').describe('User at the sentinels, where they ask for one.'),
    sentinelPassword: z.string().default('').describe('Password at the sentinels, where they ask for one.'),
  })
  .prefault({})
  .meta(AT_START)

export const Settings = z.strictObject({
  redis: RedisSettings,
  roles: z
    .array(z.enum(ROLES))
    .min(1, `must name one at least; allowed: ${ROLES.join(', ')}`)
    .default([...ROLES])
    .describe('What this process does. Split over processes and machines as you grow.')
    .meta(AT_START),
  shutdown: span('0ms', '1d')
    .prefault('25s')
    .describe('How long jobs in hand may take to finish after SIGTERM.')
    .meta(LIVE),
  log: z
    .strictObject({
      level: z.enum(LEVELS).default('info').describe('Least level that is logged.'),
    })
    .prefault({})
    .meta(LIVE),
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
