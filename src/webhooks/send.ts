/** Sends messages to webhooks. */

import type { Webhook, Webhooks } from '../config/sections/webhooks.ts'
import type { PostOutcome, PostText } from '../http-client/post.ts'
import { type Message, slackBody, standardBody } from './rules/messages.ts'
import { signedHeaders } from './rules/signature.ts'

export type Sent =
  | { readonly kind: 'delivered'; readonly status: number }
  /** The configuration has no such webhook any more. */
  | { readonly kind: 'removed' }
  | {
      readonly kind: 'failed'
      readonly why: string
      /** Whether the receiver wants no message any more, or can never get one. */
      readonly isFinal: boolean
      /** ms for which the receiver asks for a pause. */
      readonly pause?: number
    }

/** @param id of the message */
export type SendMessage = (webhook: string, id: string, message: Message) => Promise<Sent>

/** Characters of an answer that help to explain a failure. */
const SHOWN = 200
/** The receiver is gone for good, says Standard Webhooks. */
const GONE = 410

export interface SendParts {
  readonly webhooks: () => Webhooks
  readonly post: PostText
  readonly env: NodeJS.ProcessEnv
  /** ms since the epoch. */
  readonly now: () => number
}

/** The secret, of the environment where it is there; empty where there is none, or what is wrong. */
const findSecret = (
  { secret }: Webhook,
  env: NodeJS.ProcessEnv,
): { readonly secret: string } | { readonly wrong: string } => {
  const [, variable] = /^env:(.+)$/.exec(secret) ?? []
  if (variable === undefined) return { secret }
  const value = env[variable]
  if (value === undefined)
    return { wrong: `names the variable ${variable}, which is not set in the environment of the daemon` }
  return value.startsWith('whsec_')
    ? { secret: value }
    : { wrong: `names the variable ${variable}, which holds no secret that begins with whsec_` }
}

const explain = (outcome: PostOutcome): string =>
  outcome.kind === 'failed'
    ? `${outcome.reason}: ${outcome.detail}`
    : `answered ${outcome.status} ${JSON.stringify(outcome.text.slice(0, SHOWN))}`

export const createSendMessage =
  ({ webhooks, post, env, now }: SendParts): SendMessage =>
  async (name, id, message) => {
    const webhook = webhooks()[name]
    if (!webhook) return { kind: 'removed' }
    const body = webhook.format === 'slack' ? slackBody(message) : standardBody(message)
    const found = findSecret(webhook, env)
    if ('wrong' in found) return { kind: 'failed', isFinal: false, why: `webhooks.${name}.secret ${found.wrong}` }
    const { secret } = found
    const signed = secret === '' ? {} : signedHeaders(secret, id, Math.floor(now() / 1_000), body)
    let pause: number | undefined
    const outcome = await post(webhook.url, body, {
      headers: { 'content-type': 'application/json', ...signed },
      onLimited: ({ retryAfter }) => {
        pause = retryAfter
      },
    })
    if (outcome.kind === 'answered' && outcome.status >= 200 && outcome.status < 300)
      return { kind: 'delivered', status: outcome.status }
    return {
      ...{ kind: 'failed', why: explain(outcome) },
      isFinal: outcome.kind === 'answered' && outcome.status === GONE,
      ...(pause === undefined ? {} : { pause }),
    }
  }
