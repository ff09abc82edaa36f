/**
 * `crawl`: fetches one source, reads its feed and queues its new items. Added by the schedule, by `newsdesk crawl`, and
 * manually in the queue dashboard with nothing but a source id. A manual crawl is a re-crawl: it ignores validators and
 * backoff.
 */

import { UnrecoverableError } from 'bullmq'
import type { z } from 'zod'
import type { Feed, FeedItem } from '../src/domain/feed-item.ts'
import type { Source } from '../src/domain/source.ts'
import { contentSettings } from '../src/feeds/content/build-content.ts'
import { findPage } from '../src/feeds/identity.ts'
import type { FetchOutcome, Validators } from '../src/http-client/fetch.ts'
import { crawlQueue } from '../src/queues/crawl.ts'
import { readNewItems } from '../src/sources/items/read-new-items.ts'
import type { PolledFeed } from '../src/sources/polling/poll.ts'
import type { Away } from '../src/sources/polling/redirects.ts'
import type { PollFailure } from '../src/sources/schedule/backoff.ts'
import type { Due } from '../src/sources/schedule/next-due.ts'
import type { Fetch } from '../src/sources/state/history.ts'
import type { SourceState } from '../src/sources/state/state.ts'
import { formatDuration } from '../src/util/duration.ts'
import { withoutCredentials } from '../src/util/redact.ts'
import { findOffer } from '../src/websub/link-header.ts'
import type { JobContext } from './context.ts'
import { defineJob, LoggedFailure } from './define.ts'
import { detectNewItems, type NewItems } from './detect-new.ts'
import { hold, settleHeldItems } from './retry-quarantined.ts'
import { readSitemaps } from './sitemap-index.ts'

type CrawlData = z.output<typeof crawlQueue.data>

export const crawl = defineJob(crawlQueue, {
  async run(data, context) {
    const { sources, recrawlGap, job } = context
    const source = await sources.find(data.sourceId)
    if (!source || data.trigger === 'schedule') return fetchSource(source, data, context)
    const left = await recrawlGap.admit(source.id, job.id)
    if (left > 0) return skipCooling(source, left, context)
    try {
      const outcome = await fetchSource(source, data, context)
      await recrawlGap.end(source.id, job.id)
      return outcome
    } catch (error) {
      // The publisher was asked. Any other error interrupts the job, which then goes on within its own gap.
      if (error instanceof LoggedFailure) await recrawlGap.end(source.id, job.id)
      throw error
    }
  },
})

const fetchSource = async (source: Source | undefined, { sourceId, trigger }: CrawlData, context: JobContext) => {
  if (!source && trigger === 'manual')
    throw new UnrecoverableError(`no source ${JSON.stringify(sourceId)}: \`newsdesk sources\` lists them`)
  if (trigger === 'schedule') await context.waitForCapacity()
  // The source was paused or removed while its job waited in the queue or for its turn at the domain. A manual crawl
  // fetches a paused source.
  if (!source || (trigger === 'schedule' && !context.sources.get(sourceId)?.enabled))
    return { outcome: 'skipped', why: 'the source is paused or no longer in the catalogue' }
  const started = context.now()
  const completeFetch = (fetch: CrawlOutcome): Fetch => ({
    ...EMPTY_FETCH,
    at: started,
    ms: context.now() - started,
    ...fetch,
  })
  const record: RecordFetch = fetch => context.sources.record(source.id, completeFetch(fetch))
  const polled = await context.poll(source, {
    isRecrawl: trigger === 'manual',
    run: context.job.id,
    signal: context.signal,
  })
  if (polled.kind === 'postponed') return context.job.postpone(polled.ms)
  if (polled.kind === 'deferred') {
    await record({ outcome: 'deferred', reason: "rate-limited by the publisher's domain" })
    return { outcome: 'deferred', next: nextText(polled.due) }
  }
  if (polled.kind === 'failed') return fail(source, context, polled.failure, polled.due, record)
  if (polled.kind === 'unchanged') {
    const { fetched, state } = polled
    // One round trip for all.
    const [due] = await Promise.all([
      context.sources.unchanged(
        source.id,
        fetched.freshFor,
        state,
        completeFetch({ outcome: 'unchanged', status: fetched.status }),
      ),
      polled.leave(),
      settleHeldItems(source, state, fetched, context),
    ])
    context.log.debug(
      {
        event: 'crawl.unchanged',
        source: source.id,
        status: fetched.status,
        ms: context.now() - started,
        ...nextFields(due),
      },
      'unchanged',
    )
    return { outcome: 'unchanged', status: fetched.status, new: 0, ms: context.now() - started, next: nextText(due) }
  }
  try {
    return await queueNewItems(source, polled, started, context, record)
  } finally {
    await polled.leave()
  }
}

/** Ends a re-crawl that comes too soon after another: added or retried in the queue dashboard, it asked nobody. */
const skipCooling = async (source: Source, left: number, { job, log }: JobContext) => {
  const why = `re-crawled just now: it can be again in ${formatDuration(left)} (admin.recrawlGap)`
  log.info({ event: 'crawl.skipped', source: source.id, left }, 'a re-crawl was skipped: the last was just now')
  await job.note(why)
  return { outcome: 'skipped', why }
}

const NONE_KNOWN: ReadonlySet<string> = new Set()

/** The outcome of this crawl; its start and duration are filled in. */
type CrawlOutcome = Pick<Fetch, 'outcome'> & Partial<Fetch>
type RecordFetch = (fetch: CrawlOutcome) => Promise<void>

const EMPTY_FETCH = { status: 0, bytes: 0, items: 0, reason: '' } as const

const isDoubtful = (item: FeedItem, { urls }: JobContext): boolean => {
  const page = findPage(item)
  return page !== null && urls.isDoubtful(page)
}

type DocumentRead =
  | {
      readonly kind: 'feed'
      readonly feed: Feed
      readonly itemHashes: readonly string[] | null
      readonly validators: Validators
      /** Size of all documents fetched for it. */
      readonly bytes: number
    }
  | { readonly kind: 'failed'; readonly failure: PollFailure }

/** A document that was cut off is asked for in full again: only the same body is known to hold nothing new. */
const withoutNames = ({ bodyHash }: Validators): Validators => ({ etag: null, lastModified: null, bodyHash })

const NO_VALIDATORS: Validators = { etag: null, lastModified: null, bodyHash: null }

/** Reads the feed, or the sitemaps of a sitemap index in its place; a body that is neither goes into quarantine. */
const readDocument = async (source: Source, polled: PolledFeed, context: JobContext): Promise<DocumentRead> => {
  const { sources, settings } = context
  const { body, contentType, url, validators } = polled.fetched
  const { crawl, articles } = settings()
  const { maxItems } = crawl
  const withContent = contentSettings(source, articles).keep !== 'off'
  const known = polled.isRecrawl ? NONE_KNOWN : await sources.itemHashes(source.id)
  let read = await readNewItems(body, { known, contentType, url, maxItems, withContent })
  // Comparing items with each other shows whether a URL parameter identifies them, so all of them are parsed.
  if (read.kind === 'feed' && known.size > 0 && read.feed.items.some(item => isDoubtful(item, context)))
    read = await readNewItems(body, { known: NONE_KNOWN, contentType, url, maxItems, withContent })
  if (read.kind === 'feed')
    return { ...read, validators: read.feed.isCutOff ? withoutNames(validators) : validators, bytes: body.length }
  if (read.reason === 'sitemap-index') {
    const all = await readSitemaps(read, polled, { maxItems })
    return all.kind === 'failed'
      ? all
      : { ...all, itemHashes: null, validators: NO_VALIDATORS, bytes: body.length + all.bytes }
  }
  await sources.quarantine.keep(source.id, { body, reason: read.detail, contentType, url })
  return { kind: 'failed', failure: { reason: 'not-a-feed', detail: read.detail } }
}

const queueNewItems = async (
  source: Source,
  polled: PolledFeed,
  started: number,
  context: JobContext,
  record: RecordFetch,
) => {
  const { fetched, state, learn, failed } = polled
  const { sources, now, log } = context
  const settings = context.settings()
  const read = await readDocument(source, polled, context)
  if (read.kind === 'failed') return fail(source, context, read.failure, await failed(read.failure), record)
  const { feed, itemHashes, validators, bytes } = read
  const carried = itemHashes?.length ?? feed.items.length
  const found = await detectNewItems(
    source,
    state,
    { feed, carried, bodyHash: validators.bodyHash ?? '' },
    {
      ...{ sources, urls: context.urls, most: settings.crawl.batch, now },
      content: contentSettings(source, settings.articles),
    },
  )
  const { batches, newItems, edited, published, hasUnstableIds, notes: learnt } = found
  const notes = await learn({
    ...{ all: carried, known: carried - newItems },
    pages: feed.items.flatMap(item => findPage(item) ?? []),
  })
  const away = polled.away()
  if (away !== null) {
    for (const note of notes) await context.job.note(note)
    return holdItems(source, polled, away, { batches, newItems, carried, bytes }, started, context, record)
  }
  await found.learn()
  const coming = new Set(batches.flatMap(({ data }) => data.items.map(({ key }) => key)))
  await settleHeldItems(source, state, fetched, context, coming)

  // The order of guarantee 1: enqueue; then, in the articles job, ingest and mark as seen; and only with the last batch
  // store the validators and the item hashes, which mark items that need not be parsed again.
  const [first] = batches
  if (first) {
    await sources.prepare(source.id, first.data.crawl.id, validators, itemHashes)
    await context.addArticles(batches)
  }
  const missed = await notePush(source, context, state, feed, fetched, published)
  if (missed) await context.job.note(missed)
  const due = await sources.succeeded(source.id, {
    validators: first ? null : validators,
    itemHashes,
    dataSet: state.dataSet,
    published,
    carried,
    newItems,
    hints: feed.hints,
    freshFor: fetched.freshFor,
    movedTo: fetched.movedTo,
    hasUnstableIds,
    title: feed.title,
    otherHubs: feed.hints.otherHubs?.join(', ') ?? '',
  })
  if (due.notice) log.warn({ event: 'crawl.notice', source: source.id, reason: due.notice }, 'a source needs a look')
  for (const note of [...feed.warnings, ...learnt, ...notes]) await context.job.note(note)
  const outcome = {
    outcome: 'changed' as const,
    status: fetched.status,
    bytes,
    items: carried,
    read: feed.items.length,
    new: newItems,
    edited,
    ms: now() - started,
  }
  const { status } = outcome
  await record({ outcome: 'changed', status, bytes, items: newItems })
  log.info(
    {
      ...{ event: 'crawl.done', source: source.id, ...outcome, ...nextFields(due) },
      ...(first ? { crawl: first.data.crawl.id } : {}),
    },
    'crawled',
  )
  return { ...outcome, next: nextText(due) }
}

/**
 * The feed came from an address that is not known to belong to its publisher: its new items are held, and nothing is
 * learnt from it. The source keeps the validators of its own address, so that it is fetched in full until an editor or
 * newsdesk itself has decided whose address that is.
 */
const holdItems = async (
  source: Source,
  { fetched, state }: PolledFeed,
  away: Away,
  {
    batches,
    newItems,
    carried,
    bytes,
  }: Pick<NewItems, 'batches' | 'newItems'> & { readonly carried: number; readonly bytes: number },
  started: number,
  context: JobContext,
  record: RecordFetch,
) => {
  const { sources, log } = context
  const { to, isPermanent, isRefused } = away
  const shown = withoutCredentials(to)
  const held = isRefused ? 0 : await hold(source, { to, isPermanent }, batches, context)
  const reason = isRefused ? `leads to ${shown}, which was refused` : `leads to ${shown}: its items are held`
  const due = await sources.unchanged(source.id, fetched.freshFor, state)
  const { status } = fetched
  await record({ outcome: 'changed', status, bytes, reason })
  const outcome = { outcome: 'held' as const, status, bytes, items: carried, new: newItems, held, leadsTo: shown }
  if (state.places.held?.to !== to && !isRefused)
    log.warn(
      { event: 'crawl.held', source: source.id, ...outcome, ...nextFields(due) },
      `the source redirects to another domain: its items are held until that domain is known to be its publisher's`,
    )
  await context.job.note(reason)
  return { ...outcome, ms: context.now() - started, next: nextText(due) }
}

/**
 * Tells push what a poll found: that the feed offers a hub, another hub, or none any more; and items that push should
 * have delivered but did not.
 * @returns why push is no longer relied on for this source, if that starts now; null otherwise
 */
const notePush = async (
  { id }: Source,
  { push }: JobContext,
  state: SourceState,
  feed: Feed,
  fetched: Extract<FetchOutcome, { kind: 'changed' }>,
  published: readonly (number | null)[],
): Promise<string | null> => {
  const offer = findOffer(fetched.url, fetched.links, feed.hints)
  if ((offer === null ? '' : JSON.stringify(offer)) !== state.pushOffer) await push.offered(id, offer)
  if (state.pushUntil === 0) return null
  const dated = published.filter(at => at !== null)
  return push.polled(id, dated, state.lastSuccessAt)
}

const nextText = ({ at, reason }: { at: number; reason: string }): string => `${new Date(at).toISOString()}: ${reason}`

/** When a source is fetched next, and why then, as fields of the log. */
const nextFields = ({ at, reason }: Due) => ({ next: new Date(at).toISOString(), nextReason: reason })

const fail = async (
  source: Source,
  { log }: JobContext,
  failure: PollFailure,
  due: Due,
  record: RecordFetch,
): Promise<never> => {
  await record({ outcome: 'failed', status: failure.status ?? 0, reason: failure.reason })
  const { reason, detail, status } = failure
  log.warn(
    {
      ...{ event: 'crawl.failed', source: source.id, reason, detail },
      ...(status === undefined ? {} : { status }),
      ...nextFields(due),
    },
    'crawl failed',
  )
  // The queue dashboard shows the job as failed, with the reason and the time of the next attempt.
  throw new LoggedFailure(`${failure.reason}: ${failure.detail} (next ${nextText(due)})`)
}
