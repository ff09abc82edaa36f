/**
 * Simulated readers: they open articles of the lists, the top ones more often; some share or comment, and some are
 * robots.
 */

import type { Client, ReadReport } from '../src/client/index.ts'

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36'
const ROBOT = 'ExampleBot/2.1 (+https://bot.example/about)'

export interface Readers {
  /** Events reported so far. */
  readonly reported: () => number
  stop(): void
}

/**
 * @param random returns 0 to 1, seeded by the caller
 * @param perSecond events reported per second
 */
export const startReaders = (
  client: Client,
  lists: () => readonly string[],
  random: () => number,
  perSecond: number,
): Readers => {
  let reported = 0
  let visitors = 0
  let busy = false
  const choose = (ids: readonly string[]): string | undefined => {
    // Zipf-like: the n-th entry of a list is opened about 1/n as often as the first.
    const at = Math.floor(ids.length ** random()) - 1
    return ids[Math.min(ids.length - 1, Math.max(0, at))]
  }
  const read = async (): Promise<void> => {
    const names = lists()
    const name = names[Math.floor(random() * names.length)]
    if (name === undefined) return
    const entries = await client.lists.get(name, { limit: 40 })
    const ids = entries.map(({ id }) => id)
    const reports: ReadReport[] = []
    for (let count = 0; count < perSecond / 4; count += 1) {
      const article = choose(ids)
      if (article === undefined) return
      visitors += 1
      const visitor = `visitor-${visitors % 4_000}`
      reports.push({ kind: 'view', article, visitor, ua: random() < 0.03 ? ROBOT : BROWSER })
      if (random() < 0.06) reports.push({ kind: 'share', article, visitor, ua: BROWSER })
      if (random() < 0.04) reports.push({ kind: 'comment', article, visitor, ua: BROWSER })
    }
    if (random() < 0.02)
      reports.push({ kind: 'view', article: 'https://nowhere.example/never-published', visitor: 'lost', ua: BROWSER })
    await client.events.report(reports)
    reported += reports.length
  }
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    // Failed reports are lost, as in life; the demo's own connection logs that Redis is unreachable.
    read()
      .catch(() => undefined)
      .finally(() => {
        busy = false
      })
  }, 250)
  return {
    reported: () => reported,
    stop: () => clearInterval(timer),
  }
}
