/**
 * `pages`: fetches the page of an article of which the feed has only the beginning, and completes the article with its
 * text and with what the page says of it. The article has been in lists since it was ingested; a failure changes
 * nothing of it.
 */

import type { Completion, StoredArticle } from '../src/articles/store.ts'
import type { ArticleId } from '../src/domain/article.ts'
import { canonicalUrl } from '../src/domain/canonical-url.ts'
import { packContent } from '../src/domain/packed-content.ts'
import { registrableDomain } from '../src/domain/registrable-domain.ts'
import { contentSettings } from '../src/feeds/content/build-content.ts'
import type { PageRead } from '../src/feeds/pages/read-page.ts'
import { pagesQueue } from '../src/queues/pages.ts'
import type { JobContext } from './context.ts'
import { defineJob, LoggedFailure } from './define.ts'

/** Waits of pages that found a domain busy are spread over up to this many ms, more the more often they waited. */
const SPREAD = { first: 1_000, most: 60_000 }

const spreadWait = (ms: number, attempt: number): number =>
  ms + Math.round(Math.random() * Math.min(SPREAD.most, SPREAD.first * 2 ** Math.min(attempt, 10)))

type Read = Extract<PageRead, { kind: 'read' }>

/** The address that a page names as its own: of the same publisher, and of an article, which a home page is not. */
const findCanonical = (canonical: string | null, { url }: StoredArticle, { urls }: JobContext): string | null => {
  const named = canonical === null ? null : canonicalUrl(canonical, urls.keeps)
  if (named === null || registrableDomain(named) !== registrableDomain(url)) return null
  return new URL(named).pathname === '/' ? null : named
}

const buildCompletion = (
  { statements, content }: Read,
  article: StoredArticle,
  isUndated: boolean,
  context: JobContext,
): Completion => {
  const { image, images, author, authors, access, published, canonical } = statements
  return {
    ...{ image, author, access },
    ...(images ? { images } : {}),
    ...(authors ? { authors } : {}),
    published: isUndated && published !== null ? new Date(published).toISOString() : null,
    canonical: findCanonical(canonical, article, context),
    content: content && packContent(content),
  }
}

/** A failure that lasts is final; one of a moment is retried by the queue. */
const fail = async (
  { id, isPassing, reason, detail, status }: FailedPage,
  { sources, log }: JobContext,
): Promise<never> => {
  await sources.notePage(id, { reason, detail })
  const message = `${reason}: ${detail}`
  if (isPassing) throw new Error(message)
  log.info(
    { event: 'page.failed', source: id, reason, detail, ...(status === undefined ? {} : { status }) },
    'the page of an article could not be read',
  )
  throw new LoggedFailure(message)
}

interface FailedPage {
  readonly id: StoredArticle['sources'][number]
  readonly isPassing: boolean
  readonly reason: string
  readonly detail: string
  readonly status?: number
}

export const pages = defineJob(pagesQueue, {
  async run({ sourceId, article: written, url, isUndated, keeps }, context) {
    const { archive, sources, publishing, settings, job, log, now, signal } = context
    const started = performance.now()
    const source = await sources.find(sourceId)
    const kept = source && contentSettings(source, settings().articles)
    if (!source?.enabled || !kept?.fromPages)
      return { outcome: 'skipped', why: 'the source is paused, removed or no longer has `content: page`' }
    const [article] = await archive.articles([written as ArticleId])
    if (!article || article.sources[0] !== source.id)
      return { outcome: 'skipped', why: 'the article is gone, or is shown under another source' }

    const fetched = await context.fetchPage({ url, run: job.id, signal })
    if (fetched.kind === 'postponed') return job.postpone(spreadWait(fetched.ms, job.attempt))
    if (fetched.kind === 'failed') return fail({ id: source.id, ...fetched }, context)
    const { body, contentType, url: finalUrl } = fetched
    await context.yieldToLists()
    const read = await context.readPage({
      ...{ body, contentType, url: finalUrl, title: article.title, summary: article.summary },
      settings: { keep: keeps ?? kept.keep, bytes: kept.bytes },
    })
    if (read.kind === 'failed') return fail({ id: source.id, ...read, isPassing: read.reason === 'too-slow' }, context)
    const completed = await archive.complete(
      article.id,
      source.id,
      buildCompletion(read, article, isUndated, context),
      now(),
    )
    if (completed) await publishing.changed(completed)
    const outcome = read.without ?? 'text'
    await sources.notePage(source.id, null)
    const words = read.content?.words ?? 0
    log.info(
      { event: 'page.read', source: source.id, outcome, words, ms: Math.round(performance.now() - started) },
      'the page of an article was read',
    )
    return { outcome, words, url: finalUrl }
  },
})
