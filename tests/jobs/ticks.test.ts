import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { cronPattern } from '../../jobs/scheduler.ts'
import { createTicks, type TickParts } from '../../jobs/ticks.ts'

/** Ticks over parts that only write down what is asked of them. */
const someTicks = (tokens: readonly string[] = []) => {
  const asked: string[] = []
  const noted =
    (what: string, answer: unknown = undefined) =>
    async (...args: readonly unknown[]) => {
      asked.push([what, ...args.filter(arg => !(arg instanceof AbortSignal))].join(' '))
      return answer
    }
  const parts = {
    settings: { crawlTick: 5_000, listRefresh: 30_000, hasWebhooks: true },
    queueDueCrawls: noted('queue due crawls within'),
    queues: { push: { addBulk: noted('queue pushes', []) } },
    sources: { rebalanceBudget: noted('rebalance') },
    push: { claimDue: noted('claim', tokens), reconcile: noted('reconcile') },
    evictor: { run: noted('evict') },
    publisher: { names: () => ['latest', 'must-reads'], refreshExpiry: noted('refresh expiry') },
    publishing: { lists: noted('enqueue') },
    followBlocks: noted('follow blocks'),
    keepSample: noted('sample'),
    tellWebhooks: noted('tell webhooks'),
    log: pino({ level: 'silent' }),
  } as unknown as TickParts
  return { asked, ticks: createTicks(parts) }
}

const run = async (name: string, tokens?: readonly string[]): Promise<string[]> => {
  const { asked, ticks } = someTicks(tokens)
  await ticks.find(tick => tick.name === name)?.run(new AbortController().signal)
  return asked
}

describe('the table of ticks', () => {
  it('the table of ticks has only intervals that node-cron can express, and unique names', () => {
    const { ticks } = someTicks()
    expect(new Set(ticks.map(({ name }) => name)).size).toBe(ticks.length)
    for (const { every } of ticks) expect(cronPattern(every)).toMatch(/\*\//)
  })

  it('the tick for due crawls runs until the next tick', async () => {
    expect(await run('crawl-due')).toEqual(['queue due crawls within 5000'])
  })

  it('the tick that refreshes lists does so after the latest editorial decisions are in force', async () => {
    expect(await run('refresh-lists')).toEqual(['refresh expiry', 'follow blocks', 'enqueue latest,must-reads true'])
  })

  it('the tick for push queues nothing if no subscription is due', async () => {
    expect(await run('push-due')).toEqual(['claim 1000'])
  })

  it('the tick for push queues a job for each subscription that is due', async () => {
    const asked = await run('push-due', ['a'.repeat(20), 'b'.repeat(20)])
    expect(asked).toHaveLength(2)
    expect(asked[1]).toMatch(/^queue pushes/)
  })

  it.each([
    ['evict', 'evict'],
    ['sample', 'sample'],
    ['push-reconcile', 'reconcile'],
    ['rebalance-budget', 'rebalance'],
  ])('the table of ticks runs the action of %s', async (name, what) => {
    expect(await run(name)).toEqual([what])
  })
})
