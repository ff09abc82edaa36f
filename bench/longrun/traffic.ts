/** Generates the traffic of the long run: crawls that bring articles, and reads of the latest ones. */

import { addArticles } from '../../src/queues/queues.ts'
import { seeded } from '../../src/util/seeded-random.ts'
import { crawls } from '../lists/world.ts'
import type { createCount } from './count.ts'
import type { Stage } from './stage.ts'

export interface Traffic {
  /** Takes in new articles. @param step which step of the run it is: sources take turns */
  takeIn(step: number, most: number): Promise<void>
  /** Reports reads of the last `span` ms. */
  read(most: number, span: number): Promise<void>
  articles(): number
  events(): number
}

/** Items of a crawl that brings something: sources take turns. */
const AT_LEAST = 8
/** What is read was published within the last so many articles. */
const READ_AMONG = 2_000

export const createTraffic = (
  { redis, keys, queues, now, settle }: Stage,
  sources: number,
  count: ReturnType<typeof createCount>,
): Traffic => {
  const random = seeded(5)
  const recent: string[] = []
  let [made, sent] = [0, 0]

  return {
    async takeIn(step, most) {
      if (most < 1) return
      const perSource = Math.max(AT_LEAST, Math.ceil(most / sources))
      const publishing = Math.min(sources, Math.ceil(most / perSource))
      const first = (step * publishing) % (sources - publishing + 1)
      const batches = crawls(publishing, perSource, step, now(), first)
      await addArticles(queues, batches)
      for (const { data } of batches) for (const { key } of data.items) recent.push(key)
      made += batches.reduce((sum, { data }) => sum + data.items.length, 0)
      recent.splice(0, Math.max(0, recent.length - READ_AMONG))
      await settle()
    },

    async read(most, span) {
      if (recent.length === 0) return
      const pipeline = redis.pipeline()
      for (let n = 0; n < most; n += 1) {
        const url = recent[Math.floor(random() ** 2 * recent.length)] ?? ''
        const at = Math.floor(now() - random() * span)
        sent += 1
        pipeline.xadd(keys.events(), '*', 'kind', 'view', 'article', url, 'visitor', `v${sent}`, 'at', at)
        count.add(url, at)
      }
      await pipeline.exec()
      await settle()
    },

    articles: () => made,
    events: () => sent,
  }
}
