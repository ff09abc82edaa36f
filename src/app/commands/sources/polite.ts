/** Fetching from the command line under the daemon's own rules: its guard, its bounds, and one request at a time to a domain, shared with it. */

import { setTimeout as delay } from 'node:timers/promises'
import type { FetchPage } from '../../../feed/discover.ts'
import { createFetcher } from '../../../feed/fetch.ts'
import { createPoliteness } from '../../../sources/politeness.ts'
import type { Session } from '../../session.ts'

/** Requests under way at one time; to one domain never more than one. */
const AT_ONCE = 16

/** Works with a polite fetch, and closes its connections whatever happens. */
export const withPoliteFetch = async <T>(
  { config, redis, keys }: Session,
  work: (fetchPage: FetchPage) => Promise<T>,
): Promise<T> => {
  const settings = config.settings.crawl
  const fetcher = createFetcher(settings)
  const politeness = createPoliteness({ redis, keys, settings: () => settings })
  try {
    return await work(async url => {
      for (;;) {
        const entered = await politeness.enter(url)
        if ('wait' in entered) {
          await delay(entered.wait)
          continue
        }
        try {
          return await fetcher.fetchFeed({ url, validators: null })
        } finally {
          await entered.leave()
        }
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
