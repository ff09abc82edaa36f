/** What a job's result says for monitoring: how often what happened, by labels that are few and known. (pure) */

/** One thing that happened `count` times. */
export interface Count {
  readonly of: 'fetches' | 'bytes' | 'items' | 'articles' | 'refused' | 'lists'
  readonly outcome: string
  readonly count: number
}

const numberIn = (result: Readonly<Record<string, unknown>>, name: string): number => {
  const value = result[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

/** Each where it happened at all. */
const counts = (of: Count['of'], result: Readonly<Record<string, unknown>>, names: readonly string[]): Count[] =>
  names.map(outcome => ({ of, outcome, count: numberIn(result, outcome) })).filter(({ count }) => count > 0)

const recordIn = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

/**
 * @param result what the job's processor returned
 * @returns nothing for what it does not know: a result is for people first
 */
export const countsOf = (queue: string, result: unknown): readonly Count[] => {
  const told = recordIn(result)
  if (queue === 'crawl')
    return [
      ...(typeof told.outcome === 'string' ? [{ of: 'fetches' as const, outcome: told.outcome, count: 1 }] : []),
      ...counts('bytes', { fetched: told.bytes }, ['fetched']),
      ...counts('items', told, ['new', 'edited']),
    ]
  if (queue === 'articles')
    return [
      ...counts('articles', told, ['added', 'updated', 'merged', 'unchanged']),
      ...counts('refused', recordIn(told.refused), Object.keys(recordIn(told.refused))),
      ...lists(numberIn(recordIn(told.related), 'changed'), numberIn(recordIn(told.related), 'of')),
    ]
  if (queue === 'publish')
    return lists(told.changed === true ? 1 : numberIn(told, 'changed'), 'of' in told ? numberIn(told, 'of') : 1)
  return []
}

const lists = (changed: number, of: number): Count[] =>
  [
    { of: 'lists' as const, outcome: 'written', count: changed },
    { of: 'lists' as const, outcome: 'unchanged', count: Math.max(0, of - changed) },
  ].filter(({ count }) => count > 0)

/** Reasons a crawl fails for, as the head of its error names them; anything else is one label, so that labels stay few. */
const REASON =
  /^(dns|refused|tls|timeout|reset|cut-off|encoding|too-many-redirects|not-a-feed|too-large|robots|blocked|opted-out|status): /

/** @param message of the error a job failed with */
export const failureOf = (queue: string, message: string): Count | null =>
  queue === 'crawl' ? { of: 'fetches', outcome: REASON.exec(message)?.[1] ?? 'error', count: 1 } : null
