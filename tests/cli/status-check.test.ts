import { afterAll, describe, expect, it } from 'vitest'
import { openQueues } from '../../src/queues/open-queues.ts'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { testDaemon } from '../support/daemon.ts'
import { aFeed } from '../support/feed.ts'
import { testRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

endAll()
const feed = await aFeed([{ title: 'Ferry treaty signed', published: new Date() }])
const source = { id: 'courier', name: 'Courier', url: `${feed.url}/rss`, section: 'world' }
const desk = testDaemon({ sources: [source], settings: { metrics: { port: 0 } } })
const { dir } = aConfigFolder({
  settings: `redis: { url: '${redisUrl()}', prefix: ${desk.keys.prefix} }\n`,
  sources: `sources:\n  - { id: courier, name: Courier, url: '${source.url}', section: world }\n`,
})
const bull = testRedis().connect()
const queues = openQueues(bull, desk.keys)
afterAll(async () => {
  await Promise.all(Object.values(queues).map(queue => queue.close()))
  bull.disconnect()
})

const status = async (...args: string[]) => {
  const { ended, out, err } = cli(['status', ...args, '--config', dir])
  const code = await ended
  return { code, out: out(), err: err() }
}

describe('newsdesk status --check', () => {
  it('newsdesk status --check exits as Nagios plugins do: 0 while all is well, 1 with a paused queue, 2 without workers or daemons', async () => {
    const daemon = await desk.start()
    await until(
      () => desk.list('latest'),
      entries => entries.length === 1,
    )
    expect(await status('--check')).toEqual({ code: 0, out: 'NEWSDESK OK: 1 daemon, 1 source\n', err: '' })

    await queues.articles.pause()
    const paused =
      'the queue articles is paused, 0 jobs wait in it: resume it in the admin UI, at /queues/queue/articles'
    expect(await status('--check')).toMatchObject({ code: 1, out: `NEWSDESK WARNING: ${paused}\n` })
    const screen = await status()
    expect(screen.out).toMatch(/^articles .* failed, paused$/m)
    expect(screen.out).toContain(`! ${paused}`)
    // What metrics and the overview of the admin UI read.
    await until(
      async () => (await fetch(`${daemon.metricsUrl}/metrics`)).text(),
      text => text.includes('newsdesk_queue_paused{queue="articles"} 1'),
    )
    await queues.articles.resume()

    await daemon.stop()
    expect(await status('--check')).toMatchObject({
      code: 2,
      out: expect.stringContaining('NEWSDESK CRITICAL: no newsdesk daemon runs'),
    })
    await desk.start(['scheduler', 'articles', 'publish', 'events'])
    await until(
      () => queues.crawl.getWaitingCount(),
      count => count === 1,
    )
    const idle = await status('--check')
    expect(idle.code).toBe(2)
    expect(idle.out).toContain('the queue crawl has no worker, 1 job waits in it: start a daemon with the role crawl')
    expect((await status()).out).toMatch(/^crawl .*, no worker$/m)
  })

  it('newsdesk status --check exits with 3 if Redis cannot be reached or the configuration cannot be read', async () => {
    const away = cli(['status', '--check', '--timeout', '1s', '--config', dir], {
      NEWSDESK_REDIS_URL: 'redis://127.0.0.1:1',
    })
    expect(await away.ended).toBe(3)
    expect(away.out()).toMatch(/^NEWSDESK UNKNOWN: Redis at \S+ does not answer.*\n$/)
    const broken = aConfigFolder({ settings: 'nonsense: true\n' })
    const wrong = cli(['status', '--check', '--config', broken.dir])
    expect(await wrong.ended).toBe(3)
    expect(wrong.out()).toMatch(/^NEWSDESK UNKNOWN: .*\n$/)
  })
})
