/** Explains an error that Redis answered with, for people: what it means, and what to do about it. (pure) */

import { describeRejection } from './write-check.ts'
import { isWriteRejected } from './write-rejected.ts'

export interface ExplainedReply {
  readonly text: string
  /** What ends it. */
  readonly fix: string
}

type Reply = Error & { readonly command?: { readonly name: string; readonly args: readonly unknown[] } }

/** Scripts and transactions touch several keys, and some commands none. */
const WITHOUT_KEY = /^(evalsha|eval|exec|multi|info|ping)$/i

const fixFor = (message: string, key: string | null): string => {
  if (/\bWRONGTYPE\b/.test(message))
    return `another program uses a key of newsdesk: look at it (redis-cli TYPE ${key ?? '<key>'}), rename or delete it, or set another redis.prefix`
  if (message.startsWith('NOPERM')) return 'give the user of redis.url the permissions that `newsdesk acl` prints'
  return 'the log of Redis says more'
}

/** @returns null for an error that is no answer of Redis */
export const explainReply = (error: unknown): ExplainedReply | null => {
  if (!(error instanceof Error)) return null
  if (isWriteRejected(error)) {
    const { text, fix } = describeRejection(error, [])
    return { text, fix }
  }
  if (error.name !== 'ReplyError') return null
  const { name = '', args = [] } = (error as Reply).command ?? {}
  const key = !WITHOUT_KEY.test(name) && args.length > 0 ? String(args[0]) : null
  const to = key === null ? '' : ` to ${name.toUpperCase()} ${key}`
  return { text: `Redis answered${to}: ${error.message}`, fix: fixFor(error.message, key) }
}
