/** Days in fast-forward: articles and reads come in, the clock of Redis and of the worker is moved on, and each hour is held to the truth. */

import { createPublishQueue } from '../../src/lists/publish-queue/publish-queue.ts'
import { LISTS } from '../../src/lists/registry.ts'
import { ENQUEUED, publishOptions } from '../../src/queues/publish.ts'
import { benchConfig } from '../lists/world.ts'
import { checkAges, compareWindows } from './checks.ts'
import { createCount, windowNames } from './count.ts'
import { type Hour, openStage, type Stage } from './stage.ts'
import { createTraffic } from './traffic.ts'

export interface LongRunWanted {
  readonly dir: string
  readonly days: number
  readonly sources: number
  /** In all, spread evenly over the hours. */
  readonly articles: number
  readonly events: number
  /** Days an article is kept. */
  readonly retention: number
  readonly say: (line: string) => void
}

export interface LongRunReport {
  readonly hours: readonly Hour[]
  readonly articles: number
  readonly events: number
  /** Windows compared, article by article. */
  readonly compared: number
  /** Names of lists whose age was looked at, all hours together. */
  readonly lists: number
  readonly wrong: readonly string[]
  readonly seconds: number
}

const HOUR = 3_600_000
const STEP = 600_000
const PREFIX = 'longrun'

/** Has all lists ranked and published again. */
const refresh = async ({ redis, keys, queues, settle }: Stage, names: readonly string[]): Promise<void> => {
  await createPublishQueue({ redis, keys }).enqueue(names, true)
  await queues.publish.add('refresh', { list: ENQUEUED }, publishOptions({ list: ENQUEUED }))
  await settle()
}

const describeHour = ({ redis, rss, live }: Hour): string =>
  `Redis ${redis.toFixed(0)} MB, worker ${rss.toFixed(0)} MB, live ${live.toFixed(0)} MB`

export const runLong = async (wanted: LongRunWanted): Promise<LongRunReport> => {
  const { dir, days, sources, articles, events, retention, say } = wanted
  const began = performance.now()
  const stage = await openStage(dir, PREFIX, [String(sources), String(retention)])
  const names = LISTS.names(benchConfig(PREFIX, 0))
  const count = createCount()
  const traffic = createTraffic(stage, sources, count)
  const hours: Hour[] = []
  const wrong: string[] = []

  const finishHour = async (): Promise<void> => {
    const since = stage.now()
    await refresh(stage, names)
    const found = [...(await compareWindows(stage, count)), ...(await checkAges(stage, names, since, retention))]
    for (const what of found) {
      wrong.push(`hour ${hours.length}: ${what}`)
      say(`wrong: ${what}`)
    }
    const hour = await stage.measure()
    hours.push(hour)
    count.forget(stage.now() - 8 * 24 * HOUR)
    say(
      `hour ${hours.length} of ${days * 24}: ${traffic.articles()} articles, ${traffic.events()} reads; ${describeHour(hour)}; ${wrong.length} wrong`,
    )
  }

  try {
    const steps = (days * 24 * HOUR) / STEP
    for (let step = 1; step <= steps; step += 1) {
      await stage.moveOn(STEP)
      const due = (all: number, done: number) => Math.round((all * step) / steps) - done
      await traffic.takeIn(step, due(articles, traffic.articles()))
      await traffic.read(due(events, traffic.events()), STEP)
      if ((step * STEP) % HOUR === 0) await finishHour()
    }
    await stage.finish()
  } finally {
    await stage.close()
  }
  return {
    ...{ hours, articles: traffic.articles(), events: traffic.events(), wrong },
    ...{ compared: hours.length * windowNames.length, lists: hours.length * names.length },
    seconds: Math.round((performance.now() - began) / 1_000),
  }
}
