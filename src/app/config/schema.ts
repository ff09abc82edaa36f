/** The whole of newsdesk.yaml: the settings of every room, and of the process around them. */

import { z } from 'zod'
import { AdminSettings } from '../../admin/settings.ts'
import { ArticleSettings } from '../../archive/settings.ts'
import { EventSettings } from '../../events/settings.ts'
import { MetricsSettings } from '../../gauges/settings.ts'
import { HttpSettings } from '../../http/settings.ts'
import { ListSettings } from '../../lists/settings.ts'
import { Duration } from '../../settings/units.ts'
import { CrawlSettings } from '../../sources/settings.ts'
import { StorySettings } from '../../story/settings.ts'
import { TracingSettings } from '../../tracing/settings.ts'
import { PushSettings } from '../../websub/settings.ts'
import { LEVELS } from '../log-levels.ts'

export const ROLES = ['scheduler', 'crawl', 'articles', 'publish', 'events', 'http', 'admin'] as const
export type Role = (typeof ROLES)[number]

const RedisSettings = z
  .strictObject({
    url: z
      .string()
      .regex(/^(rediss?:\/\/.+|unix:\/.+)?$/, 'must be a redis:// or rediss:// URL, unix:/path/to/socket, or empty')
      .default('')
      .describe(
        'Redis to use, such as redis://user:secret@host:6379/0 or unix:/run/redis.sock. Empty: newsdesk runs one of its own.',
      ),
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/, 'must be 1 to 40 letters, digits, dots, _ or -')
      .default('newsdesk')
      .describe('What all keys start with.'),
    dataDir: z.string().min(1).default('./data/redis').describe('Folder in which a Redis of its own keeps its data.'),
  })
  .prefault({})

export const Settings = z.strictObject({
  redis: RedisSettings,
  roles: z
    .array(z.enum(ROLES))
    .min(1)
    .default([...ROLES])
    .describe('What this process does. Split over processes and machines as you grow.'),
  shutdown: Duration.prefault('25s').describe('How long jobs in hand may take to finish after SIGTERM.'),
  log: z
    .strictObject({
      level: z.enum(LEVELS).default('info').describe('Least level that is logged.'),
    })
    .prefault({}),
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
