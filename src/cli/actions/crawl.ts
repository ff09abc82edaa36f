/** `newsdesk crawl`: re-crawls one source, the sources with a URL, or all. */

import { type Job, QueueEvents } from 'bullmq'
import type { Source } from '../../domain/source.ts'
import { duplicateConnection } from '../../redis/nodes.ts'
import type { Recrawled } from '../../use-cases/recrawl.ts'
import { readDaemons } from '../../use-cases/status.ts'
import { formatDuration } from '../../util/duration.ts'
import { cliActor, openSourceActions } from '../actor.ts'
import { type Session, withSession } from '../session.ts'

export interface CrawlOptions {
  readonly all: boolean
  readonly wait: boolean
  readonly json: boolean
}

/** Maximum time that --wait waits for one source, in ms; crawl.totalTimeout limits the crawl itself. */
const MAX_WAIT = 5 * 60_000

const findSources = ({ sources }: Session, which: string | undefined, all: boolean): Source[] | string => {
  if (all) return sources.list().filter(({ enabled }) => enabled)
  const found = sources.list().filter(({ id, url, site }) => id === which || url === which || site === which)
  if (found.length > 0) return found
  const near = sources
    .list()
    .filter(({ id, name }) => which !== undefined && `${id} ${name}`.toLowerCase().includes(which.toLowerCase()))
    .map(({ id }) => id)
  return `There is no source ${JSON.stringify(which)}${near.length > 0 ? `; did you mean ${near.slice(0, 5).join(', ')}?` : '. `newsdesk sources` lists all.'}`
}

/**
 * @returns 0 when crawls are queued, or done with --wait; 1 if one failed, or if all sources were re-crawled within
 *          `admin.recrawlGap`; 2 if there is no such source
 */
export const crawlCommand = (
  configDir: string,
  which: string | undefined,
  { all, wait, json }: CrawlOptions,
): Promise<number> =>
  withSession(configDir, async session => {
    const wanted = findSources(session, which, all)
    if (typeof wanted === 'string') {
      console.error(wanted)
      return 2
    }
    const daemons = await readDaemons({ ...session, now: Date.now })
    const running = daemons.some(({ roles }) => roles.includes('crawl'))
    if (!running) console.error('No daemon with the role crawl is running: crawls wait in the queue until one starts.')
    if (wait && !running) return 1

    const { redis, keys } = session
    const queues = await session.queues()
    // BullMQ does not close a connection that it was given.
    const listening = wait ? duplicateConnection(redis, { enableAutoPipelining: false }) : null
    const events = listening ? new QueueEvents('crawl', { connection: listening, prefix: keys.bull() }) : null
    await events?.waitUntilReady()
    try {
      const acts = openSourceActions(session)
      const jobs: { source: Source; job: Job | undefined }[] = []
      const cooling: Recrawled['cooling'][number][] = []
      for (const source of wanted) {
        const done = await acts.crawl(cliActor(), [source])
        for (const { job } of done.jobs) jobs.push({ source, job: await queues.crawl.getJob(job) })
        cooling.push(...done.cooling)
      }
      for (const { source, ms } of cooling)
        console.error(`${source}: re-crawled just now; it can be again in ${formatDuration(ms)} (admin.recrawlGap)`)
      const isRefused = jobs.length === 0 && cooling.length > 0
      if (!events) {
        if (json) console.log(JSON.stringify(jobs.map(({ source, job }) => ({ source: source.id, job: job?.id }))))
        else console.log(`${jobs.length} ${jobs.length === 1 ? 'crawl' : 'crawls'} queued.`)
        return isRefused ? 1 : 0
      }
      let failed = 0
      const outcomes = await Promise.all(
        jobs.map(async ({ source, job }) => {
          try {
            const outcome: unknown = await job?.waitUntilFinished(events, MAX_WAIT)
            if (!json) console.log(`${source.id}: ${describe(outcome)}`)
            return { source: source.id, outcome }
          } catch (error) {
            failed += 1
            const why = error instanceof Error ? error.message : String(error)
            if (!json) console.error(`${source.id}: failed: ${why}`)
            return { source: source.id, failed: why }
          }
        }),
      )
      if (json) console.log(JSON.stringify(outcomes, null, 2))
      return failed > 0 || isRefused ? 1 : 0
    } finally {
      await events?.close()
      listening?.disconnect()
    }
  })

/** Describes the result of a crawl job in a sentence. (pure) */
export const describe = (outcome: unknown): string => {
  const {
    outcome: kind,
    why,
    items,
    new: fresh,
    edited,
    ms,
    next,
  } = (outcome ?? {}) as {
    outcome?: string
    why?: string
    items?: number
    new?: number
    edited?: number
    ms?: number
    next?: string
  } // what the crawl job returns
  if (kind === 'skipped') return `skipped: ${why}`
  if (kind === 'deferred') return `deferred, not fetched; next ${next}`
  return items === undefined
    ? `unchanged (${ms} ms); next ${next}`
    : `${items} items, ${fresh} new, ${edited} edited (${ms} ms); next ${next}`
}
