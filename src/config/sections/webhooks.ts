import { z } from 'zod'
import { span } from '../../util/units.ts'
import { LIVE } from './restart.ts'

/** How a message is written: as Standard Webhooks has it, signed, or as a text for a channel of Slack or the like. */
export const WEBHOOK_FORMATS = ['standard', 'slack'] as const
/** States of a source that a webhook may be told of. */
export const WEBHOOK_SOURCE_STATES = ['failing', 'stalled', 'refused', 'retired'] as const

/** Decoded bytes of a secret, as Standard Webhooks asks for. */
const [LEAST_BYTES, MOST_BYTES] = [24, 64]
const SECRET_FORMS =
  'must be whsec_ followed by 24 to 64 bytes in base64 (echo "whsec_$(openssl rand -base64 32)"), or env:NAME for the environment variable that holds it'

const isSecret = (secret: string): boolean => {
  if (/^env:[A-Za-z_][A-Za-z0-9_]*$/.test(secret)) return true
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? []
  const { length } = Buffer.from(base64 ?? '', 'base64')
  return length >= LEAST_BYTES && length <= MOST_BYTES
}

const ListPattern = z
  .string()
  .regex(/^[a-z0-9:*-]{1,100}$/, 'must be the name of a list, such as latest:world, or a pattern, such as latest:*')

const Webhook = z
  .strictObject({
    url: z
      .string()
      .refine(
        url => /^https?:\/\/\S+$/.test(url) && URL.canParse(url),
        'must be an http or https URL, such as https://site.example/hooks/newsdesk',
      ),
    format: z.enum(WEBHOOK_FORMATS).default('standard'),
    secret: z
      .string()
      .refine(secret => secret === '' || isSecret(secret), SECRET_FORMS)
      .default(''),
    lists: z.array(ListPattern).max(100).default([]),
    every: span('1s', '1d').prefault('30s'),
    articles: z.array(z.enum(['published', 'changed'])).default([]),
    stories: z
      .strictObject({ publishers: z.int().min(2).max(100).default(5), within: span('1m', '7d').prefault('1h') })
      .optional(),
    sources: z.array(z.enum(WEBHOOK_SOURCE_STATES)).default([]),
  })
  .superRefine(({ format, secret, lists, articles, stories, sources }, context) => {
    if (format === 'standard' && secret === '')
      context.addIssue({ code: 'custom', path: ['secret'], message: SECRET_FORMS })
    if (lists.length + articles.length + sources.length === 0 && !stories)
      context.addIssue({
        code: 'custom',
        message: 'is told nothing: name lists, articles, stories or sources (docs/webhooks.md)',
      })
  })
export type Webhook = z.infer<typeof Webhook>

/** Who is told of what. YAML key: `webhooks`. */
export const Webhooks = z
  .record(
    z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,31}$/, 'a webhook is named by 1 to 32 of a-z, 0-9 and -, starting with a letter'),
    Webhook,
  )
  .default({})
  .describe(
    'URLs that are told when lists, articles, stories or sources change: a map from a name to url, secret and what to tell (docs/webhooks.md).',
  )
  .meta(LIVE)
export type Webhooks = z.infer<typeof Webhooks>
