/**
 * Fetching from the command line under the daemon's own rules: its guard, its bounds, robots.txt where it is obeyed, and turns at domains,
 * shared with it.
 */

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { registrableDomain } from '../domain/registrable-domain.ts'
import type { FetchPage, PageOutcome } from '../feeds/discovery/discover.ts'
import { createFetcher, isUnder } from '../http-client/fetch.ts'
import { createPoliteness, rulesFor, type Wait } from '../sources/polling/politeness.ts'
import { createRobots } from '../sources/polling/robots.ts'
import { formatDuration } from '../util/duration.ts'
import type { CommandContext } from './context.ts'

/** Requests under way at one time; to one domain never more than its rules allow. */
const AT_ONCE = 16
/** Somebody sits before the terminal: a domain that wants peace for longer is not waited for, ms. */
const LONGEST_WAIT = 10_000

/** Works with a polite fetch, and closes its connections whatever happens. */
export const withPoliteFetch = async <T>(
  { config, redis, keys }: Pick<CommandContext, 'config' | 'redis' | 'keys'>,
  work: (fetchPage: FetchPage) => Promise<T>,
): Promise<T> => {
  const settings = config.settings.crawl
  const fetcher = createFetcher(settings)
  const politeness = createPoliteness({ redis, keys, settings: () => settings })
  const robots = createRobots({ redis, keys, fetchText: fetcher.fetchText, userAgent: () => settings.userAgent })

  /** One visit. @returns how long to wait before the next, where it was not our turn */
  const attempt = async (url: string, member: string): Promise<PageOutcome | Wait> => {
    const visit = politeness.visit(member)
    let wait = await visit.enter(url)
    if (wait) return wait
    let complaint: Parameters<typeof visit.leave>[0]
    try {
      if (rulesFor(registrableDomain(url), settings).robots && !isUnder(new URL(url).hostname, settings.optOut)) {
        const { refusal, delay } = await robots.ask(url)
        complaint = { pace: delay, why: '' }
        if (refusal !== null) return { kind: 'failed', reason: 'robots', detail: refusal }
      }
      const onHop = async (next: string) => {
        wait = await visit.enter(next)
        return wait?.ms ?? null
      }
      const fetched = await fetcher.fetchFeed({ url, validators: null, onHop })
      if (fetched.kind === 'held') return wait ?? { kind: 'turn', ms: fetched.wait, why: 'turn' }
      if (fetched.kind === 'failed')
        complaint = { ...complaint, ...fetched, why: `answered ${fetched.status ?? fetched.reason}` }
      return fetched
    } finally {
      await visit.leave(complaint)
    }
  }

  try {
    return await work(async url => {
      // The same at each attempt: its turn is kept for it.
      const member = `command:${randomUUID()}`
      for (;;) {
        const outcome = await attempt(url, member)
        if (!('ms' in outcome)) return outcome
        if (outcome.kind === 'closed' && outcome.ms > LONGEST_WAIT) {
          const detail = `${outcome.why}: nothing of this domain is fetched for another ${formatDuration(outcome.ms)}`
          return { kind: 'failed', reason: 'refused', detail }
        }
        await delay(outcome.ms)
      }
    })
  } finally {
    await fetcher.close()
  }
}

/** Runs over a list, several at a time, in order of arrival; outcomes stand in the order of the list. */
export const inParallel = async <In, Out>(
  list: readonly In[],
  each: (item: In) => Promise<Out>,
  onDone: (done: number) => void,
): Promise<Out[]> => {
  const out: Out[] = []
  let [next, done] = [0, 0]
  const worker = async () => {
    for (let index = next++; index < list.length; index = next++) {
      out[index] = await each(list[index] as In) // index is in range
      done += 1
      onDone(done)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, list.length) }, worker))
  return out
}
