import { type ChildProcess, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openRedis } from '../../src/redis/connect.ts'
import { NoRedisError } from '../../src/redis/no-redis.ts'
import { formerSocketPath } from '../../src/redis/own-socket.ts'
import { type RedisServer, resolveRedis } from '../../src/redis/server.ts'
import { findOnPath } from '../../src/redis/server-binary.ts'
import { aFolder } from '../support/folder.ts'
import { until } from '../support/until.ts'

/** A user that is not ours; only root may give a file to one. */
const NOBODY = 65_534
const isRoot = process.geteuid?.() === 0

const silent = () => undefined
const aDir = () => join(aFolder('own'), 'data')
const open = ({ address }: RedisServer) => openRedis(address, { maxRetriesPerRequest: 20, retryStrategy: () => 50 })
const socketOf = ({ address }: RedisServer) => ('socket' in address ? address.socket : '')
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
const refusalOf = (dataDir: string, start = true): Promise<Error> =>
  resolveRedis({ dataDir, start, say: silent, within: 200 }).then(
    async server => {
      await server.stop()
      return new Error('nothing was refused')
    },
    (error: Error) => error,
  )

const undo: (() => unknown)[] = []
afterAll(async () => {
  for (const each of undo.splice(0).reverse()) await each()
})

/** Somebody who listens at a socket and answers every command as a Redis might. @returns all that was sent to it */
const anImpostor = async (socket: string, answer: (sent: string) => string): Promise<() => string> => {
  let heard = ''
  const server = createServer(client => {
    client.on('error', silent)
    client.on('data', bytes => {
      heard += bytes
      const reply = answer(String(bytes))
      if (reply !== '') client.write(reply)
    })
  })
  await new Promise<void>(resolve => server.listen(socket, resolve))
  chmodSync(socket, 0o700)
  undo.push(() => new Promise(resolve => server.close(resolve)))
  return () => heard
}

const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`

/** Answers what is asked of it, in the order asked, as a Redis of another folder and process would. */
const asRedis =
  (dir: string) =>
  (sent: string): string =>
    [...sent.toLowerCase().matchAll(/\r\n(ping|info|config|client|hello)\r\n/g)]
      .map(([, command]) => {
        if (command === 'ping') return '+PONG\r\n'
        if (command === 'info') return bulk('redis_version:7.0.0\r\nprocess_id:1\r\nloading:0\r\n')
        return command === 'config' ? `*2\r\n${bulk('dir')}${bulk(dir)}` : '+OK\r\n'
      })
      .join('')

describe("the folder of newsdesk's own Redis", () => {
  it("the folder of newsdesk's own Redis holds its socket and pid, and is closed to other users, even if it was open before", async () => {
    const dataDir = aDir()
    mkdirSync(dataDir, { mode: 0o755 })
    const said: string[] = []
    const server = await resolveRedis({ dataDir, say: line => said.push(line) })
    expect(modeOf(dataDir)).toBe('700')
    expect(said.join()).toContain('open to other users (mode 0755)')
    expect(socketOf(server)).toBe(join(dataDir, 'redis.sock'))
    expect(modeOf(socketOf(server))).toBe('700')
    const redis = open(server)
    expect(readFileSync(join(dataDir, 'redis.pid'), 'utf8').trim()).toBe(
      /process_id:(\d+)/.exec(await redis.info('server'))?.[1],
    )
    redis.disconnect()
    await server.stop()
    expect(existsSync(join(dataDir, 'redis.pid'))).toBe(false)
  })

  it('a data folder whose path is too long for a socket gets a separate folder for it, shared by all processes and recreated if deleted', async () => {
    const dataDir = join(aFolder('own'), 'a'.repeat(60), 'b'.repeat(60))
    const [first, second] = [await resolveRedis({ dataDir, say: silent }), await resolveRedis({ dataDir, say: silent })]
    const folder = dirname(socketOf(first))
    expect(Buffer.byteLength(socketOf(first))).toBeLessThan(104)
    expect(modeOf(folder)).toBe('700')
    expect(readFileSync(join(dataDir, 'socket-folder'), 'utf8').trim()).toBe(folder)
    expect(socketOf(second)).toBe(socketOf(first))
    const redis = open(first)
    await redis.set('kept', 'yes')
    redis.disconnect()
    await first.stop()

    rmSync(folder, { recursive: true })
    const third = await resolveRedis({ dataDir, say: silent })
    undo.push(() => rmSync(dirname(socketOf(third)), { recursive: true, force: true }))
    expect(dirname(socketOf(third))).not.toBe(folder)
    const again = open(third)
    expect(await again.get('kept')).toBe('yes')
    again.disconnect()
    await third.stop()
  })

  it("a temporary Redis of newsdesk's own leaves no folder behind", async () => {
    const dataDir = join(aFolder('own'), 'a'.repeat(100))
    const server = await resolveRedis({ dataDir, durable: false, say: silent })
    await server.stop()
    expect(existsSync(dirname(socketOf(server)))).toBe(false)
  })

  it("the folder of newsdesk's own Redis is refused with advice if it cannot be created", async () => {
    const file = join(aFolder('own'), 'file')
    writeFileSync(file, '')
    const error = await refusalOf(join(file, 'data'), true)
    expect(error).toBeInstanceOf(NoRedisError)
    expect(error.message).toMatch(/data cannot be made \(ENOTDIR.*another folder \(NEWSDESK_REDIS_DATA_DIR\)/)
  })

  it.skipIf(process.platform !== 'linux')(
    "the folder of newsdesk's own Redis is refused at once under /proc and /sys, where no folders can be made",
    async () => {
      for (const dir of ['/proc/newsdesk/data', '/proc/newsdesk', '/sys/newsdesk'])
        expect(String(await refusalOf(dir, true))).toMatch(
          /cannot be made \(.*another folder \(NEWSDESK_REDIS_DATA_DIR\)/,
        )
      const there = await refusalOf('/proc/sys', true)
      expect(there).toBeInstanceOf(NoRedisError)
      expect(there.message).toMatch(/^redis\.dataDir: \/proc\/sys .*NEWSDESK_REDIS_DATA_DIR/)
    },
  )

  it.runIf(isRoot)(
    'the folder of a Redis of its own is refused where it belongs to another user, by daemon and commands alike',
    async () => {
      const dataDir = aDir()
      mkdirSync(dataDir, { mode: 0o700 })
      chownSync(dataDir, NOBODY, NOBODY)
      for (const start of [true, false]) {
        const error = await refusalOf(dataDir, start)
        expect(error).toBeInstanceOf(NoRedisError)
        expect(error.message).toMatch(/belongs to user 65534.*NEWSDESK_REDIS_DATA_DIR/)
      }
      expect(existsSync(join(dataDir, 'redis.sock'))).toBe(false)
    },
  )
})

describe("a stranger at the socket of newsdesk's own Redis", () => {
  it('a stranger who listens where a Redis of its own would is refused with what gives it away, and has been sent questions alone', async () => {
    const dataDir = aDir()
    mkdirSync(dataDir, { mode: 0o700 })
    writeFileSync(join(dataDir, 'redis.pid'), String(process.pid))
    const heard = await anImpostor(join(dataDir, 'redis.sock'), asRedis('/elsewhere'))
    for (const start of [true, false]) {
      const error = await refusalOf(dataDir, start)
      expect(error).toBeInstanceOf(NoRedisError)
      expect(error.message).toMatch(
        /not the Redis of this data folder: it says that it is process 1, and .*redis\.pid names/,
      )
    }
    expect(heard()).not.toMatch(/\r\n(set|hset|eval|evalsha|shutdown|auth)\r\n/i)
    writeFileSync(join(dataDir, 'redis.pid'), '1')
    expect((await refusalOf(dataDir)).message).toContain('keeps its data in /elsewhere')
  })

  it.runIf(isRoot)(
    'a stranger of another user who listens where a Redis of its own would is sent nothing at all',
    async () => {
      const dataDir = aDir()
      mkdirSync(dataDir, { mode: 0o700 })
      const socket = join(dataDir, 'redis.sock')
      const heard = await anImpostor(socket, asRedis(dataDir))
      chownSync(socket, NOBODY, NOBODY)
      expect((await refusalOf(dataDir)).message).toContain('belongs to user 65534')
      expect(heard()).toBe('')
    },
  )

  it('a stranger at a socket that other users may connect to is refused too', async () => {
    const dataDir = aDir()
    mkdirSync(dataDir, { mode: 0o700 })
    const socket = join(dataDir, 'redis.sock')
    const heard = await anImpostor(socket, asRedis(dataDir))
    chmodSync(socket, 0o777)
    expect((await refusalOf(dataDir)).message).toContain('other users may connect to it (mode 0777)')
    expect(heard()).toBe('')
  })

  it('a stranger at the predictable path of earlier versions is ignored, and receives no command that changes anything', async () => {
    const dataDir = aDir()
    const heard = await anImpostor(formerSocketPath(dataDir), asRedis('/elsewhere'))
    const server = await resolveRedis({ dataDir, say: silent })
    expect(socketOf(server)).toBe(join(dataDir, 'redis.sock'))
    expect(heard()).not.toMatch(/\r\n(set|hset|eval|evalsha|shutdown|auth)\r\n/i)
    await server.stop()
  })

  it.runIf(isRoot)(
    'a stranger of another user at the predictable path of earlier versions is sent nothing at all',
    async () => {
      const dataDir = aDir()
      const heard = await anImpostor(formerSocketPath(dataDir), asRedis(dataDir))
      chownSync(formerSocketPath(dataDir), NOBODY, NOBODY)
      const server = await resolveRedis({ dataDir, say: silent })
      await server.stop()
      expect(heard()).toBe('')
      expect((await refusalOf(dataDir, false)).message).toContain('npm start')
    },
  )
})

describe("newsdesk's own Redis left running by an earlier version", () => {
  const binary =
    findOnPath('redis-server', `${process.env.PATH}:/usr/sbin`) ??
    findOnPath('valkey-server', `${process.env.PATH}:/usr/sbin`)

  /** As the version before started it. */
  const aFormer = async (dataDir: string): Promise<{ child: ChildProcess; redis: ReturnType<typeof openRedis> }> => {
    mkdirSync(dataDir, { mode: 0o755 })
    const socket = formerSocketPath(dataDir)
    const args = [
      '--port',
      '0',
      '--unixsocket',
      socket,
      '--unixsocketperm',
      '700',
      '--dir',
      dataDir,
      '--appendonly',
      'yes',
      '--save',
      '',
    ]
    const child = spawn(binary ?? '', args, { stdio: 'ignore' })
    undo.push(() => child.kill('SIGKILL'))
    const redis = openRedis({ socket }, { maxRetriesPerRequest: null, retryStrategy: () => 50 })
    redis.on('error', silent) // it ends on purpose
    undo.push(() => redis.disconnect())
    await redis.set('kept', 'yes')
    return { child, redis }
  }

  it("newsdesk's own Redis left running by an earlier version moves to the data folder with all its data once nobody else uses it", async () => {
    const dataDir = aDir()
    const { child, redis } = await aFormer(dataDir)
    redis.disconnect()
    const server = await resolveRedis({ dataDir, say: silent })
    expect(socketOf(server)).toBe(join(dataDir, 'redis.sock'))
    await until(() => child.exitCode !== null)
    const moved = open(server)
    expect(await moved.get('kept')).toBe('yes')
    moved.disconnect()
    await server.stop()
  })

  it("newsdesk's own Redis left running by an earlier version is shared in place while another newsdesk uses it", async () => {
    const dataDir = aDir()
    const { redis } = await aFormer(dataDir)
    const daemon = await resolveRedis({ dataDir, say: silent })
    const command = await resolveRedis({ dataDir, start: false, say: silent })
    expect([daemon, command].map(socketOf)).toEqual([formerSocketPath(dataDir), formerSocketPath(dataDir)])
    await daemon.stop()
    expect(await redis.get('kept')).toBe('yes')
    redis.disconnect()
    await until(async () => {
      await daemon.stop()
      return !existsSync(formerSocketPath(dataDir))
    })
  })
})

describe("newsdesk's own Redis that lost its socket", () => {
  it.runIf(existsSync('/proc/self/cwd'))(
    "newsdesk's own Redis that lost its socket gets no second server on its folder, which would destroy its data",
    async () => {
      const dataDir = aDir()
      const server = await resolveRedis({ dataDir, say: silent })
      unlinkSync(socketOf(server))
      const error = await refusalOf(dataDir)
      expect(error).toBeInstanceOf(NoRedisError)
      expect(error.message).toMatch(/A Redis \(process \d+\) works in .* and does not answer.*kill \d+/)
      process.kill(Number(readFileSync(join(dataDir, 'redis.pid'), 'utf8')))
      await until(() => !existsSync(join(dataDir, 'redis.pid')))
    },
  )
})
