import { readdirSync, readFileSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { crawlCommand } from '../../src/cli/actions/crawl.ts'
import { addOverrideCommand } from '../../src/cli/actions/editing.ts'
import { explainCommand } from '../../src/cli/actions/explain.ts'
import { listsCommand } from '../../src/cli/actions/lists.ts'
import { logCommand } from '../../src/cli/actions/log.ts'
import { migrateCommand } from '../../src/cli/actions/migrate.ts'
import { listCommand as listQuarantine } from '../../src/cli/actions/quarantine.ts'
import { replayCommand } from '../../src/cli/actions/replay.ts'
import { changeCommand } from '../../src/cli/actions/sources/change.ts'
import { explainSourceCommand } from '../../src/cli/actions/sources/explain.ts'
import { sourcesCommand } from '../../src/cli/actions/sources/show.ts'
import { statusCommand } from '../../src/cli/actions/status.ts'
import { listTokens } from '../../src/cli/actions/who.ts'
import { commandTimeout } from '../../src/cli/timeout.ts'
import { NoRedisError } from '../../src/redis/no-redis.ts'
import { runningPid } from '../../src/redis/own-socket.ts'
import { resolveRedis } from '../../src/redis/server.ts'
import { aConfigFolder, cli, endAll } from '../support/cli.ts'
import { aFolder } from '../support/folder.ts'
import { serverIn } from '../support/own-redis.ts'
import { until } from '../support/until.ts'

endAll()
const { dir } = aConfigFolder()
const servers: Server[] = []
const listening = (server: Server): Promise<number> => {
  servers.push(server)
  return new Promise(resolve =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  )
}
const silent = await listening(createServer(socket => socket.on('error', () => undefined)))
const web = await listening(createHttp((_request, response) => response.end('a web server')))
const redis = await serverIn(aFolder('silent-cli'))
afterAll(async () => {
  redis.goOn()
  await redis.close()
  for (const server of servers) server.close()
})
const on = (url: string, ...args: string[]) => cli(args, { NEWSDESK_CONFIG: dir, NEWSDESK_REDIS_URL: url })

const WHERE = /Redis at \S+ does not answer|Redis at \S+: what listens there/

describe('a command whose Redis cannot be reached', () => {
  it.each([
    ['nobody listens', 'redis://desk:geheim@127.0.0.1:1/3'],
    ['nothing answers', `redis://:geheim@127.0.0.1:${silent}`],
    ['a web server listens', `redis://:geheim@127.0.0.1:${web}`],
    ['a cluster does not answer', `redis-cluster://:geheim@127.0.0.1:${silent},127.0.0.1:1`],
    ['sentinels do not answer', `redis-sentinel://:geheim@127.0.0.1:${silent},127.0.0.1:1/mymaster`],
    ['nobody listens on its socket', 'unix:/nowhere/redis.sock'],
  ])(
    'a command whose Redis cannot be reached because %s names the address without its password, and exits with 1',
    async (_, url) => {
      const { ended, err, out } = on(url, 'status', '--timeout', '1s')
      expect(await ended).toBe(1)
      expect(err()).toMatch(WHERE)
      expect(err()).not.toMatch(/geheim|\n {4}at /)
      expect(out()).toBe('')
    },
  )

  it('newsdesk doctor reports an unreachable Redis among its other checks', async () => {
    const { ended, out } = on(`redis://127.0.0.1:${silent}`, 'doctor', '--json', '--timeout', '1s')
    expect(await ended).toBe(1)
    expect(JSON.parse(out())).toContainEqual(
      expect.objectContaining({ check: 'Redis', state: 'error', message: expect.stringMatching(WHERE) }),
    )
  })

  it('a command refuses a --timeout that is not a duration, and exits with 2', async () => {
    const { ended, err } = on('redis://127.0.0.1:1', 'status', '--timeout', 'soon')
    expect(await ended).toBe(2)
    expect(err()).toContain('must be a number with a unit')
  })
})

describe('a daemon whose Redis never answers', () => {
  it('a daemon whose Redis never answers logs what it waits for, the setting that names it, and how to stop waiting', async () => {
    const { child, says, ended, out } = on(`redis://:geheim@127.0.0.1:${silent}`, 'start')
    await says(/Waiting for Redis at redis:\/\/\S+ which does not answer.*redis\.url \(NEWSDESK_REDIS_URL\); SIGTERM/)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(out()).not.toContain('geheim')
  })
})

describe('a command whose Redis is suspended', () => {
  const json = { json: false }
  const COMMANDS: readonly [string, () => Promise<number>][] = [
    ['status', () => statusCommand(dir, { json: false, watch: false, check: false })],
    ['lists', () => listsCommand(dir, 'latest', { json: false, limit: 1 })],
    ['sources', () => sourcesCommand(dir, { json: false, failing: false })],
    ['sources explain', () => explainSourceCommand(dir, 'courier', json)],
    ['sources pause', () => changeCommand(dir, 'pause', ['courier'], { yes: true, json: false })],
    ['crawl --all --wait', () => crawlCommand(dir, undefined, { all: true, wait: true, json: false })],
    ['quarantine', () => listQuarantine(dir, false)],
    ['tokens', () => listTokens(dir, false)],
    ['log', () => logCommand(dir, 'debug', { for: '10m' })],
    ['explain', () => explainCommand(dir, 'a', json)],
    ['pin', () => addOverrideCommand(dir, 'pin', 'a', {})],
    ['replay', () => replayCommand(dir, { from: '1h', totals: false, json: false })],
    ['migrate', () => migrateCommand(dir, { dryRun: false, json: false })],
  ]
  it.each(COMMANDS)('a command whose Redis is suspended fails with a one-sentence error: %s', async (_, command) => {
    vi.stubEnv('NEWSDESK_REDIS_URL', redis.url)
    const before = commandTimeout.ms
    commandTimeout.ms = 500
    redis.pause()
    try {
      const failed = await command().catch((error: unknown) => error)
      expect(failed).toBeInstanceOf(NoRedisError)
      expect(String(failed)).toMatch(WHERE)
    } finally {
      redis.goOn()
      commandTimeout.ms = before
      vi.unstubAllEnvs()
    }
  })

  it('every command opens its connection to Redis through the helper that detects a silent Redis', () => {
    const files = readdirSync('src/cli', { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'))
    const others = files.filter(file =>
      /connectRedis|resolveRedis|openRedis/.test(readFileSync(`src/cli/${file}`, 'utf8')),
    )
    expect(others.sort()).toEqual(['actions/start.ts', 'with-redis.ts'])
  })

  it('a command with --watch fails when its Redis is suspended for longer than --timeout', async () => {
    const { ended, err, says } = on(redis.url, 'status', '--watch', '--timeout', '2s')
    await says(/Daemons/)
    redis.pause()
    const code = await ended
    redis.goOn()
    expect(code).toBe(1)
    expect(err()).toContain('does not answer')
  })

  it('a command with --watch goes on if its Redis is silent for less than --timeout', async () => {
    const { child, ended, says, out } = on(redis.url, 'status', '--watch', '--timeout', '1h')
    await says(/Daemons/)
    redis.pause()
    const looks = () => out().split('Daemons').length
    const before = looks()
    redis.goOn()
    await until(() => looks() > before + 1)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })
})

describe('a command beside a Redis of our own that is stopped', () => {
  it("a command beside newsdesk's own Redis, which is suspended, says so and starts no second one on its files", async () => {
    const dataDir = join(aFolder('own'), 'data')
    const own = await resolveRedis({ dataDir, say: () => undefined, durable: false })
    const pid = runningPid(dataDir) ?? 0
    process.kill(pid, 'SIGSTOP')
    try {
      for (const start of [false, true])
        await expect(resolveRedis({ dataDir, start, within: 300, say: () => undefined })).rejects.toThrow(
          /does not answer/,
        )
    } finally {
      process.kill(pid, 'SIGCONT')
      await own.stop()
    }
  })
})
