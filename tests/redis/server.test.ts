import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRedis } from '../../src/redis/connect.ts'
import { NoRedisError } from '../../src/redis/no-redis.ts'
import { type RedisServer, resolveRedis } from '../../src/redis/server.ts'
import { findOnPath } from '../../src/redis/server-binary.ts'
import { aFolder } from '../support/folder.ts'
import { until } from '../support/until.ts'

const aDir = () => join(aFolder('redis'), 'data')
const silent = () => undefined
const open = ({ address }: RedisServer) => openRedis(address, { maxRetriesPerRequest: 20, retryStrategy: () => 50 })
const socketOf = ({ address }: RedisServer) => ('socket' in address ? address.socket : '')

describe("newsdesk's own Redis", () => {
  it("newsdesk's own Redis keeps its data over a restart, evicts nothing, and is gone after the stop", async () => {
    const dataDir = aDir()
    const first = await resolveRedis({ dataDir, say: silent })
    const redis = open(first)
    await redis.set('kept', 'yes')
    expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
    redis.disconnect()
    await first.stop()
    expect(existsSync(socketOf(first))).toBe(false)

    const second = await resolveRedis({ dataDir, say: silent })
    const again = open(second)
    expect(await again.get('kept')).toBe('yes')
    again.disconnect()
    await second.stop()
  })

  it("newsdesk's own Redis is shared by all processes on a data folder, even if they start at once, and the last one stops it", async () => {
    const dataDir = aDir()
    const servers = await Promise.all([1, 2, 3].map(() => resolveRedis({ dataDir, say: silent })))
    expect(new Set(servers.map(socketOf)).size).toBe(1)
    expect(servers.filter(({ origin }) => origin !== 'already running')).toHaveLength(1)
    const [one, two] = servers as [RedisServer, RedisServer]
    const redis = open(two)
    await redis.set('shared', 'yes')
    await one.stop()
    expect(await redis.get('shared')).toBe('yes')
    redis.disconnect()
    await until(async () => {
      await two.stop()
      return !existsSync(socketOf(two))
    })
  })

  it("newsdesk's own Redis is used again after newsdesk was killed", async () => {
    const dataDir = aDir()
    const script = `import { resolveRedis } from './src/redis/server.ts'
      await resolveRedis({ dataDir: ${JSON.stringify(dataDir)}, say: () => undefined })
      console.log('up'); setInterval(() => undefined, 1000)`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise(resolve => child.stdout.once('data', resolve))
    child.kill('SIGKILL')
    await new Promise(resolve => child.once('exit', resolve))
    const next = await resolveRedis({ dataDir, say: silent })
    expect(next.origin).toBe('already running')
    const redis = open(next)
    expect(await redis.ping()).toBe('PONG')
    redis.disconnect()
    await until(async () => {
      await next.stop()
      return !existsSync(socketOf(next))
    })
  })

  it("newsdesk's own Redis starts even if another process died while starting one", async () => {
    const dataDir = aDir()
    mkdirSync(dataDir, { recursive: true })
    writeFileSync(join(dataDir, 'starting.pid'), '999999999')
    const server = await resolveRedis({ dataDir, say: silent })
    await server.stop()
    expect(existsSync(join(dataDir, 'starting.pid'))).toBe(false)
  })

  it("newsdesk's own Redis is not started by a command that only reads", async () => {
    await expect(resolveRedis({ dataDir: aDir(), start: false, say: silent })).rejects.toThrow('npm start')
  })
})

describe('a configured Redis', () => {
  it('a configured Redis is used as it is and never stopped', async () => {
    const server = await resolveRedis({ url: 'redis://desk.example:6379', dataDir: '/nowhere', say: silent })
    expect(server).toMatchObject({ address: { url: 'redis://desk.example:6379' }, origin: 'configured' })
    await server.stop()
  })
})

describe('a machine without Redis', () => {
  /** A PATH holding only these programs, each a small shell script. */
  const aPath = (programs: Record<string, string>) => {
    const dir = aFolder('path')
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(join(dir, name), `#!/bin/sh\n${script}\n`)
      chmodSync(join(dir, name), 0o755)
    }
    return dir
  }
  const noRedis = async (path: string) =>
    resolveRedis({ dataDir: aDir(), say: silent, path }).catch((error: Error) => error)

  it('a machine without Redis gets the exact install command printed if nothing can be installed without asking', async () => {
    const error = await noRedis(aPath({}))
    expect(error).toBeInstanceOf(NoRedisError)
    expect(String(error)).toContain('NEWSDESK_REDIS_URL=redis://host:6379')
    expect(String(error)).toContain('docker compose up -d redis')
  })

  it('a machine without Redis has it installed by its package manager if that needs no password, after an announcement', async () => {
    const log = join(aDir(), '..', 'installed.txt')
    const said: string[] = []
    const path = aPath({ brew: `echo "$@" >> ${log}` })
    const error = await resolveRedis({ dataDir: aDir(), say: line => said.push(line), path }).catch(
      (caught: Error) => caught,
    )
    expect(said.join()).toContain('brew install')
    expect(readFileSync(log, 'utf8')).toContain('install --quiet redis')
    // The installer ran, but brought no server: that is said too.
    expect(error).toBeInstanceOf(NoRedisError)
  })

  it("a machine without Redis gets the package manager's own error if the installation fails", async () => {
    const error = await noRedis(aPath({ brew: 'echo "no bottle today" >&2; exit 3' }))
    expect(String(error)).toContain('no bottle today')
    expect(String(error)).toContain('brew install')
  })

  it('a Redis server is found on the given PATH', () => {
    const path = aPath({ 'valkey-server': 'true' })
    expect(findOnPath('valkey-server', path)).toBe(join(path, 'valkey-server'))
    expect(findOnPath('redis-server', path)).toBeUndefined()
  })
})
