/** What webhooks are told, and how it is written. (pure) */

import { createHash } from 'node:crypto'
import { z } from 'zod'

const Article = z.object({
  id: z.string(),
  title: z.string(),
  url: z.string(),
  source: z.string(),
  section: z.string(),
  story: z.string(),
  publishedAt: z.string(),
})
export type ToldArticle = z.infer<typeof Article>

const ListChanged = z.object({
  list: z.string(),
  version: z.number(),
  /** Entries that are new to the list, or stand elsewhere, by their rank now. */
  entered: z.array(z.object({ rank: z.number(), id: z.string(), title: z.string(), url: z.string() })),
  /** Entries that left it, or stand elsewhere now, by their rank before. */
  left: z.array(z.object({ rank: z.number(), id: z.string() })),
})

const Articles = z.object({ articles: z.array(Article) })

const StoryGrew = z.object({
  story: z.string(),
  /** Number of publishers that report it. */
  publishers: z.number(),
  begunAt: z.string(),
  lead: Article,
})

const SourcesChanged = z.object({
  sources: z.array(z.object({ id: z.string(), name: z.string(), was: z.string(), is: z.string(), reason: z.string() })),
})

const Test = z.object({ webhook: z.string() })

/** The data of each type of message. */
export const MESSAGES = {
  'list.changed': ListChanged,
  'article.published': Articles,
  'article.changed': Articles,
  'story.grew': StoryGrew,
  'source.changed': SourcesChanged,
  'webhook.test': Test,
} as const
export type MessageType = keyof typeof MESSAGES

/** A message to one webhook. */
export type Message = {
  [Type in MessageType]: {
    readonly type: Type
    /** ms since the epoch. */
    readonly at: number
    readonly data: z.infer<(typeof MESSAGES)[Type]>
  }
}[MessageType]

/** A message to one webhook; `id` is the same for the same event. */
export interface Addressed {
  readonly id: string
  readonly webhook: string
  readonly message: Message
}

/** The id of a message: the same for the same event and webhook, so that one told twice can be recognised. */
export const messageId = (webhook: string, type: MessageType, ...about: readonly (string | number)[]): string =>
  `msg_${createHash('sha256')
    .update(JSON.stringify([webhook, type, ...about]))
    .digest('base64url')
    .slice(0, 24)}`

/** The body as Standard Webhooks has it: type, timestamp and data. */
export const standardBody = ({ type, at, data }: Message): string =>
  JSON.stringify({ type, timestamp: new Date(at).toISOString(), data })

/** Lines of a text; more are counted. */
const MOST_LINES = 10

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
/** A bar or an angle bracket would end the link early. */
const link = ({ url, title }: { readonly url: string; readonly title: string }): string =>
  url === ''
    ? escapeText(title)
    : `<${url.replace(/[<>|\s]/g, encodeURIComponent)}|${escapeText(title).replaceAll('|', '¦')}>`

const bullets = (lines: readonly string[]): string =>
  [
    ...lines.slice(0, MOST_LINES).map(line => `• ${line}`),
    ...(lines.length > MOST_LINES ? [`and ${lines.length - MOST_LINES} more`] : []),
  ].join('\n')

const textOf = ({ type, data }: Message): string => {
  switch (type) {
    case 'list.changed':
      return [`*${data.list}* changed`, bullets(data.entered.map(each => `${each.rank}. ${link(each)}`))]
        .filter(text => text !== '')
        .join('\n')
    case 'article.published':
      return bullets(data.articles.map(link))
    case 'article.changed':
      return `Changed:\n${bullets(data.articles.map(link))}`
    case 'story.grew':
      return `*${data.publishers} publishers* report: ${link(data.lead)}`
    case 'source.changed':
      return bullets(
        data.sources.map(({ name, was, is, reason }) =>
          escapeText(`${name} is ${is}, was ${was}${reason === '' ? '' : `: ${reason}`}`),
        ),
      )
    case 'webhook.test':
      return `newsdesk reaches the webhook ${data.webhook}.`
  }
}

/** The body for an incoming webhook of Slack, Mattermost or the like: a text with links in its markup. */
export const slackBody = (message: Message): string => JSON.stringify({ text: textOf(message) })
