import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { runSlot } from '../../jobs/tick-slot.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { aFeed } from '../support/feed.ts'
import { rss, serve } from '../support/http.ts'
import { testRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const { redis, keys } = testRedis()
describe('a process that is killed', () => {
  endAll()

  it('a process that is killed by SIGKILL has its jobs, ticks and lists taken over by another', async () => {
    const slow = await serve((_request, response) => {
      // The first to ask is never answered: it has the crawl in hand when it dies.
      if (slow.requests.length > 1) response.end(rss([{ title: 'Slow harvest' }], 'https://slow.example'))
    })
    const fast = await aFeed([{ title: 'First edition' }])
    const own = keysFor(`${keys.prefix}-${randomUUID().slice(0, 6)}`)
    const folder = aConfigFolder({
      settings: `redis: { url: '${redisUrl()}', prefix: ${own.prefix} }
crawl: { tick: 1s, minInterval: 1s, maxInterval: 2s, startInterval: 1s, hostGap: 0ms, allow: [127.0.0.0/8], totalTimeout: 60s, headersTimeout: 60s }
`,
      sources: `sources:
  - { id: slow, name: Slow, url: '${slow.url}', section: world }
  - { id: fast, name: Fast, url: '${fast.url}', section: world }
`,
    })
    const start = () => cli(['start', '--config', folder.dir, '--roles', 'scheduler,crawl,articles,publish,events'])
    const doomed = start()
    await until(() => slow.requests.length === 1)
    const heir = start()
    await heir.says(/newsdesk runs/)
    doomed.child.kill('SIGKILL')
    await doomed.ended
    fast.state.items = [{ title: 'Second edition' }, ...fast.state.items]
    const titles = async () =>
      (await redis.lrange(own.list('latest'), 0, -1)).map(entry => (JSON.parse(entry) as { title: string }).title)
    await until(titles, all => all.includes('Second edition') && all.includes('Slow harvest'))
    expect((await titles()).sort()).toEqual(['First edition', 'Second edition', 'Slow harvest'])
  })

  it('a process that is killed during a rare tick leaves that tick to exactly one other process', async () => {
    const parts = { redis, keys, signal: new AbortController().signal }
    const slot = { id: `rebalance-budget:${randomUUID()}`, keptFor: 60_000, isAwaited: true }
    // What one leaves that took the slot and beat once more before it died.
    await redis.set(keys.tick(slot.id), 'dead', 'PX', 6_000, 'NX')
    const ran: string[] = []
    const heirs = ['heir-1', 'heir-2', 'heir-3'].map(daemonId =>
      runSlot(
        slot,
        async () => {
          ran.push(daemonId)
        },
        { ...parts, daemonId },
      ),
    )
    const outcomes = await Promise.all(heirs)
    expect(ran).toHaveLength(1)
    expect(outcomes.filter(Boolean)).toHaveLength(1)
  })

  it('a process keeps its tick while it sends heartbeats', async () => {
    const parts = { redis, keys, signal: new AbortController().signal }
    const slot = { id: `sample:${randomUUID()}`, keptFor: 60_000, isAwaited: true }
    let end = (): void => undefined
    const long = runSlot(slot, () => new Promise<void>(resolve => (end = resolve)), { ...parts, daemonId: 'busy' })
    let alsoRan = false
    const other = runSlot(
      slot,
      async () => {
        alsoRan = true
      },
      { ...parts, daemonId: 'other' },
    )
    // Beats keep the slot's time near its full span.
    const left = () => redis.pttl(keys.tick(slot.id))
    await until(left, ms => ms > 0 && ms < 4_500)
    await until(left, ms => ms > 5_500)
    end()
    expect([await long, await other, alsoRan]).toEqual([true, false, false])
  })
})
