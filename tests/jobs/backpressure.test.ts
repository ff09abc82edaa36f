import { describe, expect, it, vi } from 'vitest'
import { createBackpressure } from '../../jobs/backpressure.ts'

const FEW = 4

/** A queue of batches, and crawls that each bring one. */
const aQueue = ({ maxWait = 60_000 }: { maxWait?: number } = {}) => {
  const queue = { waiting: 0, looks: 0, begun: 0, isEnding: false }
  const intake = createBackpressure({
    countBacklog: async () => {
      queue.looks += 1
      return queue.waiting
    },
    maxBacklog: () => FEW,
    maxWait,
    isStopping: () => queue.isEnding,
  })
  const crawl = async () => {
    await intake.waitForCapacity()
    queue.begun += 1
    queue.waiting += 1
  }
  return { queue, crawl }
}

const many = (count: number, work: () => Promise<void>) => Promise.all(Array.from({ length: count }, work))

describe('crawls waiting for ingestion', () => {
  it('crawls start all at once while no batch waits for ingestion, after one check of the queue', async () => {
    const { queue, crawl } = aQueue()
    await many(50, crawl)
    expect(queue).toMatchObject({ begun: 50, looks: 1 })
  })

  it('crawls start no faster than batches are ingested, and never leave more than a few waiting', async () => {
    const { queue, crawl } = aQueue()
    queue.waiting = 10
    const all = many(40, crawl)
    let most = 0
    while (queue.begun < 40) {
      // Taken in one by one, each after another look at the queue.
      const { looks } = queue
      await vi.waitFor(() => expect(queue.looks).toBeGreaterThan(looks))
      queue.waiting = Math.max(0, queue.waiting - 1)
      if (queue.begun > 0) most = Math.max(most, queue.waiting)
    }
    await all
    expect(most).toBeLessThanOrEqual(FEW)
  })

  it('crawls start after a maximum wait even if nothing is ingested, so that no news is missed', async () => {
    const { queue, crawl } = aQueue({ maxWait: 100 })
    queue.waiting = 1_000
    await many(5, crawl)
    expect(queue.begun).toBe(5)
  })

  it('crawls that wait for ingestion do not hold up a daemon that is stopped', async () => {
    const { queue, crawl } = aQueue()
    queue.waiting = 1_000
    const crawling = crawl()
    await vi.waitFor(() => expect(queue.looks).toBeGreaterThan(0))
    queue.isEnding = true
    await crawling
    expect(queue.begun).toBe(1)
  })
})
