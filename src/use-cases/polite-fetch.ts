/**
 * Fetches for the command line and the admin UI under the daemon's own rules: its address guard, its limits, robots.txt
 * if it is respected, and turns at domains, shared with the daemon.
 */

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { registrableDomain } from '../domain/registrable-domain.ts'
import type { FetchPage, PageOutcome } from '../feeds/discovery/discover.ts'
import { createFetcher } from '../http-client/fetch.ts'
import { createPoliteness, rulesFor, type Wait } from '../sources/polling/politeness.ts'
import { createRobots } from '../sources/polling/robots.ts'
import { formatDuration } from '../util/duration.ts'
import { isUnder } from '../util/host.ts'
import type { CommandContext } from './context.ts'

/** Concurrent requests in total; each domain has its own limits. */
const AT_ONCE = 16
/** ms that a user is kept waiting for a domain: a longer wait is an error. */
const MAX_WAIT = 10_000

/** Runs work with a polite fetch function, and closes its connections afterwards. */
export const withPoliteFetch = async <T>(
  { config, redis, keys }: Pick<CommandContext, 'config' | 'redis' | 'keys'>,
  work: (fetchPage: FetchPage) => Promise<T>,
): Promise<T> => {
  const settings = config.settings.crawl
  const fetcher = createFetcher(() => settings)
  const politeness = createPoliteness({ redis, keys, settings: () => settings })
  const robots = createRobots({ redis, keys, fetchText: fetcher.fetchText, userAgent: () => settings.userAgent })

  /** One attempt. @returns the time to wait before the next attempt, if it was not our turn */
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
      // The same at each attempt, so that its turn is kept.
      const member = `command:${randomUUID()}`
      for (;;) {
        const outcome = await attempt(url, member)
        if (!('ms' in outcome)) return outcome
        if (outcome.kind === 'closed' && outcome.ms > MAX_WAIT) {
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

/** Processes a list concurrently, in order; results are in the order of the list. */
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
