/**
 * Makes a fixture of an earlier version's data in Redis: runs that version, from a git worktree, on invented feeds and
 * reads, and writes its keys to tests/fixtures/schemas/<commit>.json. Run it manually, once for each version whose
 * schema the next one changes: `npm run fixture -- <commit>...`. Tests then need neither git nor the older version.
 */

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Redis } from 'ioredis'
import { dumpKeys } from '../tests/support/dump.ts'
import { rss } from '../tests/support/rss.ts'
import { until } from '../tests/support/until.ts'

const PREFIX = 'newsdesk'
const MINUTE = 60_000

/** Two publishers; three events that both report, and some that only one does. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  courier: [
    'Harbour bridge of Port Ellin reopens after two years of repair',
    'Ferry treaty signed after a night of talks in Marle',
    'Volcano Skarn erupts and closes three airports',
    'Parliament of Ostrany votes on the water act',
    'Rowing: Tessaly wins the river cup for a fourth time',
  ],
  gazette: [
    'Port Ellin harbour bridge reopens after repair of two years',
    'Marle: ferry treaty signed after night of talks',
    'Skarn volcano erupts, three airports closed',
    'Orchestra of Vell plays on a drifting barge',
    'Bakers of Quillon bring back the black loaf',
  ],
}

const serveFeeds = async (at: number) => {
  const server = createServer((request, response) => {
    const source = (request.url ?? '').slice(1)
    const items = (TOLD[source] ?? []).map((title, place) => ({
      title,
      published: new Date(at - (place + 1) * 10 * MINUTE),
    }))
    response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(items, `https://${source}.example`))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

const settings = `crawl: { tick: 1s, minInterval: 1s, startInterval: 1s, hostGap: 0ms, allow: [127.0.0.0/8] }
admin: { port: 0 }
`

const makeFixture = async (commit: string): Promise<void> => {
  const scratch = mkdtempSync(join(tmpdir(), 'newsdesk-fixture-'))
  const tree = join(scratch, 'tree')
  const sha = execFileSync('git', ['rev-parse', '--short=7', commit], { encoding: 'utf8' }).trim()
  const server = spawn(
    'redis-server',
    ['--port', '0', '--unixsocket', join(scratch, 'redis.sock'), '--save', '', '--dir', scratch],
    { stdio: 'ignore' },
  )
  const at = Date.now()
  const feeds = await serveFeeds(at)
  const redis = new Redis({ path: join(scratch, 'redis.sock'), maxRetriesPerRequest: null, retryStrategy: () => 50 })
  redis.on('error', () => undefined) // it has yet to start
  try {
    execFileSync('git', ['worktree', 'add', '--detach', tree, sha], { stdio: 'ignore' })
    symlinkSync(resolve('node_modules'), join(tree, 'node_modules'))
    const config = join(scratch, 'config')
    mkdirSync(config)
    writeFileSync(join(config, 'newsdesk.yaml'), settings)
    const sources = Object.keys(TOLD).map(
      id => `  - { id: ${id}, name: ${id}, url: ${feeds.url}/${id}, section: world }`,
    )
    writeFileSync(join(config, 'sources.yaml'), `sources:\n${sources.join('\n')}\n`)
    writeFileSync(join(config, 'sections.yaml'), 'sections:\n  - { id: world, labels: { en: World } }\n')
    const daemon = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', '--config', config, 'start'], {
      cwd: tree,
      env: { ...process.env, NEWSDESK_REDIS_URL: `unix:${join(scratch, 'redis.sock')}` },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    daemon.stdout.resume()
    const ended = once(daemon, 'exit')
    const articles = () => redis.keys(`${PREFIX}:article:*`)
    await until(
      async () => (await articles()).length,
      count => count === Object.values(TOLD).flat().length,
    )
    const ids = (await articles()).sort().map(key => key.slice(`${PREFIX}:article:`.length))
    let views = 0
    for (const [place, id] of ids.entries())
      for (let visitor = 0; visitor <= place; visitor += 1) {
        await redis.xadd(`${PREFIX}:events`, '*', 'kind', 'view', 'article', id, 'visitor', `visitor ${visitor}`)
        views += 1
      }
    const counted = async () =>
      (await redis.hvals(`{${PREFIX}:events}:total:view`)).reduce((sum, count) => sum + Number(count), 0)
    await until(counted, sum => sum === views)
    await until(
      () => redis.llen(`${PREFIX}:list:most-read:week`),
      length => length > 0,
    )
    daemon.kill('SIGTERM')
    await ended
    const keys = await dumpKeys(redis, /^(?!.*(:bull}|:daemon|:tick:|:host:|:session|:setup|:list:related|:robots:))/)
    mkdirSync('tests/fixtures/schemas', { recursive: true })
    const file = `tests/fixtures/schemas/${sha}.json`
    const lines = keys.map(each => JSON.stringify(each)).join(',\n')
    writeFileSync(file, `{"commit":"${sha}","at":${at},"views":${views},"keys":[\n${lines}\n]}\n`)
    console.log(`${file}: ${keys.length} keys, ${ids.length} articles, ${views} views`)
  } finally {
    redis.disconnect()
    feeds.close()
    server.kill()
    await once(server, 'exit')
    execFileSync('git', ['worktree', 'remove', '--force', tree], { stdio: 'ignore' })
    rmSync(scratch, { recursive: true, force: true })
  }
}

for (const commit of process.argv.slice(2)) await makeFixture(commit)
