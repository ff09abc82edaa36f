/**
 * `crawl`: fetch one source, read its feed, and queue what is new of it. Added by the schedule, by `newsdesk crawl`, and by hand in the
 * dashboard with nothing but a source id: by hand it is a re-crawl, which ignores validators and backoff.
 */

import { UnrecoverableError } from 'bullmq'
import { z } from 'zod'
import { readNew } from '../src/feed/new.ts'
import type { Due } from '../src/sources/due.ts'
import type { FailureOf } from '../src/sources/failures.ts'
import type { PolledFeed } from '../src/sources/poll.ts'
import { type Source, SourceId } from '../src/sources/source.ts'
import type { JobContext } from './context.ts'
import { defineJob } from './define.ts'
import { findNew } from './take-in.ts'

export const crawl = defineJob({
  queue: 'crawl',
  data: z.object({
    sourceId: SourceId,
    /** `schedule` asks only for what changed; anything else for the whole feed. */
    trigger: z.enum(['schedule', 'manual']).default('manual'),
  }),
  // A failed crawl is rescheduled by its source, not retried by the queue.
  options: { attempts: 1, removeOnComplete: { age: 3_600, count: 2_000 }, removeOnFail: { age: 86_400, count: 2_000 } },
  title: ({ sourceId }) => sourceId,

  async run({ sourceId, trigger }, context) {
    const source = context.sources.get(sourceId)
    if (!source) throw new UnrecoverableError(`no source ${JSON.stringify(sourceId)} in config/sources.yaml`)
    const started = context.now()
    const polled = await context.poll(source, { isRecrawl: trigger === 'manual', signal: context.signal })
    if (polled.kind === 'postponed') return context.job.postpone(polled.ms)
    if (polled.kind === 'deferred') return { outcome: 'deferred', next: nextText(polled.due) }
    if (polled.kind === 'failed') return fail(source, context, polled.failure, polled.due)
    if (polled.kind === 'unchanged') {
      const { fetched, state } = polled
      // One round trip for both.
      const [due] = await Promise.all([context.sources.unchanged(source.id, fetched.freshFor, state), polled.leave()])
      context.log.debug(
        { source: source.id, status: fetched.status, ms: context.now() - started, next: due },
        'unchanged',
      )
      return { outcome: 'unchanged', status: fetched.status, new: 0, ms: context.now() - started, next: nextText(due) }
    }
    try {
      return await takeIn(source, polled, started, context)
    } finally {
      await polled.leave()
    }
  },
})

const NONE_KNOWN: ReadonlySet<string> = new Set()

const takeIn = async (
  source: Source,
  { fetched, state, isRecrawl, learn, failed }: PolledFeed,
  started: number,
  context: JobContext,
) => {
  const { sources, now, log } = context
  const read = await readNew(fetched.body, {
    known: isRecrawl ? NONE_KNOWN : await sources.spans(source.id),
    contentType: fetched.contentType,
    url: fetched.url,
    maxItems: context.settings().crawl.maxItems,
  })
  if (read.kind === 'not-a-feed') {
    const { body, contentType, url } = fetched
    await sources.quarantine.keep(source.id, { body, reason: read.detail, contentType, url })
    const failure = { reason: 'not-a-feed', detail: read.detail } as const
    return fail(source, context, failure, await failed(failure))
  }
  const { feed, spans } = read
  const carried = spans?.length ?? feed.items.length
  const { batches, newItems, edited, distrustsIds } = await findNew(
    source,
    state,
    { feed, carried, bodyHash: fetched.validators.bodyHash ?? '' },
    { sources, most: context.settings().crawl.batch, now },
  )
  const notes = await learn({ all: carried, known: carried - newItems })

  // The order of guarantee 1: enqueue, then (in the articles job) ingest, mark as seen, and only with the last batch remember the validators
  // and which items need not be parsed again.
  const [first] = batches
  if (first) {
    await sources.prepare(source.id, first.data.crawl.id, fetched.validators, spans)
    await context.addArticles(batches)
  }
  const due = await sources.succeeded(source.id, {
    validators: first ? null : fetched.validators,
    spans,
    published: feed.items.flatMap(({ published }) => (published === null ? [] : Date.parse(published))),
    newItems,
    asked: Math.max(feed.hints.interval ?? 0, fetched.freshFor ?? 0) || null,
    movedTo: fetched.movedTo,
    distrustsIds,
    title: feed.title,
  })
  for (const note of [...feed.warnings, ...notes]) await context.job.note(note)
  const outcome = {
    outcome: 'changed',
    status: fetched.status,
    bytes: fetched.body.length,
    items: carried,
    read: feed.items.length,
    new: newItems,
    edited,
    ms: now() - started,
    next: nextText(due),
  }
  log.info({ source: source.id, ...outcome, ...(first ? { crawl: first.data.crawl.id } : {}) }, 'crawled')
  return outcome
}

const nextText = ({ at, reason }: { at: number; reason: string }): string => `${new Date(at).toISOString()}: ${reason}`

const fail = (source: Source, { log }: JobContext, failure: FailureOf, due: Due): never => {
  log.debug({ source: source.id, reason: failure.reason, next: due }, 'crawl failed')
  // Shown in the dashboard as failed, with what is wrong and when it is tried again.
  throw new UnrecoverableError(`${failure.reason}: ${failure.detail} (next ${nextText(due)})`)
}
