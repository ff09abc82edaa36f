import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { keysFor } from '../../src/redis/keys.ts'
import { aBuild } from '../support/builds.ts'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { aFeed } from '../support/feed.ts'
import { testRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const { redis, keys } = testRedis()

/** The next version: its batches carry something that this one knows nothing of, and must not take in without. */
const newer = () =>
  aBuild({
    'src/queues/ingest.ts': text =>
      text
        .replace('version: 1,', 'version: 2,')
        .replace(
          'sourceId: SourceId,',
          'v: z.number().default(1),\n  sourceId: SourceId,\n  desk: z.string().optional(),',
        ),
    'jobs/ingest.ts': text =>
      text
        .replace('const { sourceId,', 'const { desk, v, sourceId,')
        .replace(
          'const source = await sources.find(sourceId)',
          "if (v === 2 && desk !== 'night') throw new Error('lost what the new version needs')\n    const source = await sources.find(sourceId)",
        ),
    'src/queues/queues.ts': text =>
      text.replace('versioned(articlesQueue, data)', "versioned(articlesQueue, { ...data, desk: 'night' })"),
  })

describe('a rolling upgrade', () => {
  endAll()

  it('a rolling upgrade loses and duplicates nothing with both versions at work, and the old one leaves unknown data alone', async () => {
    const feeds = await Promise.all(
      [0, 1, 2, 3].map(n => aFeed([{ title: `Opening ${n}` }], `https://courier${n}.example`)),
    )
    const own = keysFor(`${keys.prefix}-${randomUUID().slice(0, 6)}`)
    const folder = aConfigFolder({
      settings: `redis: { url: '${redisUrl()}', prefix: ${own.prefix} }
crawl: { tick: 1s, minInterval: 1s, maxInterval: 2s, startInterval: 1s, hostGap: 0ms, hostConcurrency: 4, batch: 2, allow: [127.0.0.0/8] }
lists: { latest: 1000 }
`,
      sources: `sources:\n${feeds.map(({ url }, n) => `  - { id: courier${n}, name: Courier, url: '${url}', section: world }\n`).join('')}`,
    })
    const args = ['start', '--config', folder.dir, '--roles', 'scheduler,crawl,articles,publish,events']
    const older = cli(args)
    await older.says(/newsdesk runs/)
    const titles = feeds.map((_, n) => `Opening ${n}`)
    const word = (n: number) =>
      Array.from({ length: 9 }, (_, at) => 'bcdfghjklmnpqrstvwxz'[(n * 7 + at * at * (n + 3)) % 20]).join('')
    let at = 0
    const edition = () => {
      for (const feed of feeds) {
        const fresh = Array.from({ length: 4 }, () => `${word(at)} ${word(at + 999)} ${at++}`)
        titles.push(...fresh)
        feed.state.items = [...fresh.map(title => ({ title })), ...feed.state.items]
      }
    }
    const shown = async () =>
      (await redis.lrange(own.list('latest'), 0, -1)).map(entry => (JSON.parse(entry) as { title: string }).title)
    const ends = new AbortController()
    const printing = (async () => {
      while (!ends.signal.aborted) {
        edition()
        const before = feeds.map(({ requests }) => requests.length)
        await until(() => feeds.every(({ requests }, n) => requests.length > (before[n] ?? 0)))
      }
    })()
    const next = cli(args, {}, undefined, newer())
    await next.says(/newsdesk runs/)
    // Both have worked, and the older one has met what it does not know.
    await older.says(/left to newer processes/)
    await next.says(/articles ingested/)
    const before = titles.length
    await until(() => titles.length >= before + 32)
    older.child.kill('SIGTERM')
    expect(await older.ended).toBe(0)
    ends.abort()
    await printing
    const all = await until(shown, list => list.length >= titles.length)
    expect(all.sort()).toEqual([...titles].sort())
    expect(`${older.out()}${next.out()}`).not.toMatch(/lost what the new version needs|does not fit/)
  })
})
