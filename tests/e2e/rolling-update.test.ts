import { describe, expect, it } from 'vitest'
import { aConfigFolder, type Cli, cli, endAll, redisUrl } from '../support/cli.ts'
import { aFeed } from '../support/feed.ts'
import { testRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const { redis, keys } = testRedis()
endAll()

describe('a rolling update', () => {
  it('every event that either of two processes accepted is counted once, while one after the other is replaced', {
    timeout: 240_000,
  }, async () => {
    const feed = await aFeed([{ title: 'Ferry treaty signed' }])
    const { dir } = aConfigFolder({
      settings: `redis: { url: '${redisUrl()}', prefix: ${keys.prefix} }\ncrawl: { tick: 1s, allow: [127.0.0.0/8] }\nadmin: { port: 0 }\nhttp: { port: 0, perMinute: 1000000 }\nevents: { perMinute: 0, perNetwork: 0 }\n`,
      sources: `sources:\n  - { id: courier, name: Courier, url: '${feed.url}/rss', section: world }\n`,
    })
    const start = async (): Promise<{ daemon: Cli; url: string }> => {
      const daemon = cli(['start', '--config', dir, '--roles', 'scheduler,crawl,articles,publish,events,http'])
      const [, url = ''] = await daemon.says(/"event":"daemon\.running".*"http":"([^"]+)"/)
      return { daemon, url }
    }
    let serving: { daemon: Cli; url: string }[] = await Promise.all([start(), start()])
    const [entry = ''] = await until(
      () => redis.lrange(keys.list('latest'), 0, -1),
      entries => entries.length === 1,
    )
    const { id } = JSON.parse(entry) as { id: string }

    let [accepted, visitor, turn] = [0, 0, 0]
    const unclear: string[] = []
    const ends = new AbortController()
    const read = async (): Promise<void> => {
      const body = JSON.stringify({ kind: 'view', article: id, visitor: `visitor-${visitor++}` })
      const { url } = serving[turn++ % serving.length] ?? { url: '' }
      const headers = { 'user-agent': 'Mozilla/5.0', connection: 'close' }
      const { status } = await fetch(`${url}/v1/events`, { method: 'POST', body, headers })
      if (status === 204) accepted += 1
      else unclear.push(`answered ${status}`)
    }
    let round: Promise<unknown> = Promise.resolve()
    const reading = (async () => {
      while (!ends.signal.aborted) {
        round = Promise.all(Array.from({ length: 4 }, read))
        await round
      }
    })()

    for (const old of [...serving]) {
      const before = accepted
      // The new process is ready before the old one is asked to end.
      serving = [...serving, await start()]
      await until(() => accepted > before + 50)
      // A load balancer sends it nothing more, and waits for what it was sent.
      serving = serving.filter(each => each !== old)
      await round
      old.daemon.child.kill('SIGTERM')
      expect(await old.daemon.ended).toBe(0)
    }
    const after = accepted
    await until(() => accepted > after + 50)
    ends.abort()
    await reading
    expect(unclear).toEqual([])
    await until(
      async () => Number(await redis.hget(keys.eventTotals('view'), id)),
      total => total >= accepted,
    )
    await until(
      async () => (await redis.xinfo('GROUPS', keys.events())) as unknown[][],
      ([group = []]) => group[group.indexOf('lag') + 1] === 0 && group[group.indexOf('pending') + 1] === 0,
    )
    expect(Number(await redis.hget(keys.eventTotals('view'), id))).toBe(accepted)
  })
})
