/**
 * newsdesk on servers other than the one the run has: `valkey-server` on PATH, and those whose programs
 * NEWSDESK_TEST_SERVERS names, separated by colons. CONTRIBUTING.md says how to get them.
 */

import { afterAll, describe, expect, it } from 'vitest'
import { findOnPath, searchPath } from '../../src/redis/server-binary.ts'
import { readServers } from '../../src/redis/servers.ts'
import { testDaemon } from '../support/daemon.ts'
import { aFeed } from '../support/feed.ts'
import { aFolder } from '../support/folder.ts'
import { serverIn } from '../support/own-redis.ts'
import { until } from '../support/until.ts'

const programs = [
  ...new Set([
    ...[findOnPath('valkey-server', searchPath())].filter(found => found !== undefined),
    ...(process.env.NEWSDESK_TEST_SERVERS ?? '').split(':').filter(Boolean),
  ]),
]

describe.skipIf(programs.length === 0)('newsdesk on another server', () => {
  it.each(programs)(
    'newsdesk on %s crawls, publishes, counts and goes on after the server was killed',
    {
      timeout: 180_000,
    },
    async program => {
      const server = await serverIn(aFolder('server'), program)
      afterAll(server.close)
      const feed = await aFeed([{ title: 'Ferry treaty signed' }, { title: 'Bank keeps its rate' }])
      const sources = [{ id: 'courier', name: 'Courier', url: feed.url, section: 'world' }]
      const { start, redis, keys, list } = testDaemon({ sources, address: { socket: server.socket } })
      const { version } = await readServers(redis)
      console.info(`${program}: ${version}`)
      await start()
      const [first] = await until(
        () => list('latest:world'),
        found => found.length === 2,
      )
      const id = first?.id ?? ''
      const report = (...fields: string[]) => redis.xadd(keys.events(), '*', 'article', id, ...fields)
      for (const visitor of ['ann', 'ben', 'cay', 'cay']) await report('kind', 'view', 'visitor', visitor)
      for (const kind of ['comment', 'comment', 'uncomment']) await report('kind', kind)
      await report('kind', 'share', 'count', '12')
      const counts = () => redis.hmget(keys.article(id), 'views', 'comments', 'shares')
      await until(counts, found => String(found) === '3,1,12')
      await until(
        async () => (await list('most-read:now'))[0]?.id,
        read => read === id,
      )

      await server.kill()
      await server.start()
      feed.state.items.push({ title: 'Harbour closed by a storm' })
      await until(
        () => list('latest:world'),
        found => found.length === 3,
      )
      await report('kind', 'view', 'visitor', 'dan')
      await until(counts, found => String(found) === '4,1,12')
      expect((await list('latest:world')).map(({ title }) => title)).toContain('Harbour closed by a storm')
    },
  )
})
