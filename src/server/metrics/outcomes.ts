/** Turns a job's result into counts for monitoring, with few and known labels. (pure) */

/** An outcome that occurred `count` times. */
export interface Count {
  readonly of: 'fetches' | 'bytes' | 'items' | 'articles' | 'refused' | 'lists' | 'pages'
  readonly outcome: string
  readonly count: number
}

const readNumber = (result: Readonly<Record<string, unknown>>, name: string): number => {
  const value = result[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

/** The counts above zero. */
const counts = (of: Count['of'], result: Readonly<Record<string, unknown>>, names: readonly string[]): Count[] =>
  names.map(outcome => ({ of, outcome, count: readNumber(result, outcome) })).filter(({ count }) => count > 0)

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

/**
 * @param result the return value of the job
 * @returns no counts for results it does not know: results are made for people
 */
export const countOutcomes = (queue: string, result: unknown): readonly Count[] => {
  const details = asRecord(result)
  if (queue === 'crawl')
    return [
      ...(typeof details.outcome === 'string' ? [{ of: 'fetches' as const, outcome: details.outcome, count: 1 }] : []),
      ...counts('bytes', { fetched: details.bytes }, ['fetched']),
      ...counts('items', details, ['new', 'edited']),
    ]
  if (queue === 'articles')
    return [
      ...counts('articles', details, ['added', 'updated', 'merged', 'unchanged']),
      ...counts('refused', asRecord(details.refused), Object.keys(asRecord(details.refused))),
      ...counts('pages', asRecord(details.pages), ['dropped']),
      ...lists(readNumber(asRecord(details.related), 'changed'), readNumber(asRecord(details.related), 'of')),
    ]
  if (queue === 'pages')
    return typeof details.outcome === 'string' ? [{ of: 'pages', outcome: details.outcome, count: 1 }] : []
  if (queue === 'publish')
    return lists(
      details.changed === true ? 1 : readNumber(details, 'changed'),
      'of' in details ? readNumber(details, 'of') : 1,
    )
  return []
}

const lists = (changed: number, of: number): Count[] =>
  [
    { of: 'lists' as const, outcome: 'written', count: changed },
    { of: 'lists' as const, outcome: 'unchanged', count: Math.max(0, of - changed) },
  ].filter(({ count }) => count > 0)

/** Reasons of failed crawls; anything else gets one label, so that labels stay few. */
const REASONS = [
  ...['dns', 'refused', 'tls', 'timeout', 'reset', 'cut-off', 'encoding', 'too-many-redirects', 'not-a-feed'],
  ...['too-large', 'robots', 'blocked', 'opted-out', 'status'],
]
/** Further reasons of pages that could not be read. */
const PAGE_REASONS = [...REASONS.filter(reason => reason !== 'not-a-feed'), 'not-html', 'another-page', 'too-slow']

/** The reason as error messages start. */
const reasonOf = (message: string, reasons: readonly string[]): string =>
  reasons.find(reason => message.startsWith(`${reason}: `)) ?? 'error'

/** The known outcomes, which are exported as 0 before they first occur: `increase()` misses a first occurrence. */
export const KNOWN_OUTCOMES: Readonly<Record<Count['of'], readonly string[]>> = {
  fetches: ['changed', 'unchanged', 'held', 'deferred', 'skipped', ...REASONS, 'error'],
  bytes: ['fetched'],
  items: ['new', 'edited'],
  articles: ['added', 'updated', 'merged', 'unchanged'],
  refused: ['no-title', 'no-link', 'bad-link', 'too-old', 'not-an-article', 'same-address'],
  lists: ['written', 'unchanged'],
  pages: ['text', 'paid', 'closed', 'no-text', 'skipped', 'dropped', ...PAGE_REASONS, 'error'],
}

/** @param message of the error that the job failed with */
export const countFailure = (queue: string, message: string): Count | null => {
  if (queue === 'crawl') return { of: 'fetches', outcome: reasonOf(message, REASONS), count: 1 }
  return queue === 'pages' ? { of: 'pages', outcome: reasonOf(message, PAGE_REASONS), count: 1 } : null
}
