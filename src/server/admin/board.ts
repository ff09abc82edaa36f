/**
 * The queue dashboard behind the same checks: a full one for admins, a read-only one for viewers, and every change in
 * the audit.
 */

import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import type { Queue } from 'bullmq'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { isRead } from '../../domain/actor.ts'
import type { Audit } from '../../use-cases/audit-log.ts'
import { can } from './web/guard.ts'
import { actorOf } from './web/respond.ts'

/** Refuses crawls of sources that do not exist at once: their job would only end as failed. */
class CrawlAdapter extends BullMQAdapter {
  readonly #isSource: (id: string) => boolean

  constructor(
    queue: Queue,
    options: ConstructorParameters<typeof BullMQAdapter>[1],
    isSource: (id: string) => boolean,
  ) {
    super(queue, { ...options, jobDataSchema: CRAWL_SCHEMA })
    this.#isSource = isSource
  }

  override addJob(...[name, data, options]: Parameters<BullMQAdapter['addJob']>): ReturnType<BullMQAdapter['addJob']> {
    const id: unknown = (data as { sourceId?: unknown } | null | undefined)?.sourceId
    if (typeof id === 'string' && this.#isSource(id)) return super.addJob(name, data, options)
    const named = typeof id === 'string' && id !== ''
    const message = named
      ? `there is no source ${JSON.stringify(id)}: the page Sources has the ids`
      : 'the data must name a source: { "sourceId": "..." }'
    // The board answers with this status.
    throw Object.assign(new Error(message), { statusCode: 400 })
  }
}

/** What the editor of Add job offers and checks. */
const CRAWL_SCHEMA = {
  type: 'object',
  properties: { sourceId: { type: 'string', minLength: 1, default: '', description: 'Id of the source to crawl.' } },
  required: ['sourceId'],
}

export interface BoardParts {
  readonly queues: Readonly<Record<string, Queue>>
  /** Whether there is a source with this id. */
  readonly isSource: (id: string) => boolean
  readonly audit: Pick<Audit, 'begin'>
  readonly log: Logger
}

const BASE = '/queues'

/** Shows a job's outcome next to its name: "bbc-world: 3 new". */
const showName = (job: { name?: string; data?: unknown; returnvalue?: unknown; returnValue?: unknown }): string => {
  const outcome = (job.returnvalue ?? job.returnValue) as
    | { new?: number; outcome?: string; added?: number }
    | null
    | undefined // what our processors return
  // A job added manually has no name, but its data names the source.
  const asked = (job.data as { sourceId?: unknown } | null | undefined)?.sourceId
  const name = job.name === '__default__' && typeof asked === 'string' ? asked : (job.name ?? '')
  if (typeof outcome?.new === 'number')
    return `${name}: ${outcome.outcome === 'unchanged' ? 'unchanged' : `${outcome.new} new`}`
  if (typeof outcome?.added === 'number') return `${name}: ${outcome.added} added`
  return name
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  crawl: 'Crawls of sources. To re-crawl a source: Add job with { "sourceId": "..." }, or Retry a finished job.',
  articles: 'Batches of new items that are ingested as articles.',
  publish: 'Lists that are ranked and written.',
  push: 'Subscriptions at WebSub hubs: new ones, renewals and cancellations.',
  pages: 'Pages of articles of which the feed has only the beginning.',
  webhooks: 'Messages to webhooks. Those that failed were given up: Retry delivers one again under the same id.',
}

const createBoard = (
  { queues, isSource }: Pick<BoardParts, 'queues' | 'isSource'>,
  readOnlyMode: boolean,
): RequestHandler => {
  const board = new ExpressAdapter()
  board.setBasePath(BASE)
  createBullBoard({
    serverAdapter: board,
    queues: Object.values(queues).map(queue => {
      const shown = { readOnlyMode, description: DESCRIPTIONS[queue.name] ?? '' }
      const adapter =
        queue.name === 'crawl' ? new CrawlAdapter(queue, shown, isSource) : new BullMQAdapter(queue, shown)
      adapter.setFormatter('name', showName)
      return adapter
    }),
    options: { uiConfig: { boardTitle: 'newsdesk', miscLinks: [{ text: 'Back to the admin UI', url: '/' }] } },
  })
  return board.getRouter() as RequestHandler // an Express application, which is one
}

/**
 * Maps a request to the board's API to an audit action: `/api/queues/crawl/12/retry` is `queue.retry` on `crawl 12`.
 */
export const actionOf = (method: string, path: string): { readonly what: string; readonly on: string } => {
  const [, , ...parts] = path.split('/').filter(Boolean).map(decodeURIComponent)
  const words = parts.length > 1 ? parts.slice(1) : parts
  const queue = parts.length > 1 ? (parts[0] ?? '') : 'all'
  // Without an id: /queue/add; for all jobs in a state: /queue/retry/failed; for one job: /queue/12/retry.
  const [first = '', second] = words
  const isJob = words.length === 2 && !['retry', 'clean'].includes(first)
  const scheduler = first === 'job-schedulers' ? words : null
  const did = scheduler ? `scheduler-${scheduler[2] ?? method.toLowerCase()}` : isJob ? (second ?? '') : first
  const on = scheduler ? scheduler[1] : isJob ? first : second
  return { what: `queue.${did}`, on: [queue, on].filter(Boolean).join(' ') }
}

/** Records the request before the board acts, and what was sent and how it ended once it has answered. */
const audited =
  ({ audit, log }: Pick<BoardParts, 'audit' | 'log'>) =>
  async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    if (!isRead(request.method)) {
      const action = { by: actorOf(request, response), ...actionOf(request.method, request.path) }
      const end = await audit.begin(action)
      response.once('close', () => {
        const outcome = response.statusCode < 400 ? 'done' : `refused: ${response.statusCode}`
        const sent: unknown = request.body // parsed by the board
        end({ after: sent && Object.keys(sent).length > 0 ? sent : null, outcome }).catch((error: unknown) =>
          log.error(
            { event: 'admin.audit_failed', err: error, action: action.what, on: action.on, by: action.by.name },
            'an action could not be written to the audit',
          ),
        )
      })
    }
    next()
  }

/** Handlers to be mounted at `/queues`. */
export const boardHandlers = ({ queues, isSource, audit, log }: BoardParts): readonly RequestHandler[] => {
  const [full, readOnly] = [createBoard({ queues, isSource }, false), createBoard({ queues, isSource }, true)]
  return [
    audited({ audit, log }),
    (request, response, next) => (can(response, 'admin') ? full : readOnly)(request, response, next),
  ]
}
