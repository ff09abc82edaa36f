import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { aFolder } from '../support/folder.ts'
import { rss, serve } from '../support/http.ts'
import { clockMovedBy } from '../support/real-clock.ts'
import { testRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const { redis, keys } = testRedis()
endAll()

/** Debian's libfaketime, in the folder of the machine's architecture. */
const LIBRARY = [
  ...(existsSync('/usr/lib') ? readdirSync('/usr/lib').map(name => join('/usr/lib', name, 'faketime')) : []),
  '/usr/lib/faketime',
]
  .map(folder => join(folder, 'libfaketime.so.1'))
  .find(file => existsSync(file))

describe.skipIf(LIBRARY === undefined)('a daemon in New York', () => {
  it('a daemon in New York goes on fetching in the repeated hour of autumn, and after clock changes in both directions', {
    timeout: 240_000,
  }, async () => {
    let fetches = 0
    const publisher = await serve((_, response) => {
      fetches += 1
      response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss([], 'https://courier.example'))
    })
    const { dir } = aConfigFolder({
      settings: `redis: { url: '${redisUrl()}', prefix: ${keys.prefix} }
crawl: { tick: 1s, minInterval: 1s, maxInterval: 2s, startInterval: 1s, hostGap: 0ms, allow: [127.0.0.0/8] }
roles: [scheduler, crawl]
`,
      sources: `sources:\n  - { id: courier, name: Courier, url: '${publisher.url}', section: world }\n`,
    })
    // Where the clock of this one process stands: Redis keeps its own, and so do we.
    const stands = join(aFolder('clock'), 'stands')
    const movedBy = clockMovedBy()
    const setTo = (when: string) => {
      const ahead = Math.round((Date.parse(when) - Date.now() + movedBy) / 1_000)
      writeFileSync(stands, `${ahead < 0 ? '' : '+'}${ahead}\n`)
      utimesSync(stands, new Date(), new Date())
    }
    setTo('2026-11-01T06:10:00Z') // ten past one for the second time that night
    const daemon = cli(['--config', dir, 'start'], {
      TZ: 'America/New_York',
      LD_PRELOAD: LIBRARY,
      FAKETIME: undefined,
      FAKETIME_TIMESTAMP_FILE: stands,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    })
    await daemon.says(/newsdesk runs/)
    const goesOn = async () => {
      const before = fetches
      await until(
        () => fetches,
        seen => seen >= before + 3,
      )
    }
    await goesOn()
    for (const when of ['2026-11-01T07:30:00Z', '2026-12-01T07:30:00Z', '2026-11-01T06:20:00Z']) {
      setTo(when)
      await goesOn()
    }
    const logged = daemon
      .out()
      .split('\n')
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line) as { time: string })
    expect(logged[0]?.time).toMatch(/^2026-11-01T06:1\d:\d\d\.\d{3}Z$/)
    daemon.child.kill('SIGTERM')
    expect(await daemon.ended).toBe(0)
    expect(await redis.zcard(keys.due())).toBe(1)
  })
})
