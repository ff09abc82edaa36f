import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aConfigFolder } from '../support/cli.ts'
import { aFolder } from '../support/folder.ts'
import { until } from '../support/until.ts'

/** The scripts of package.json as they are, with a build that runs for as long as it is told, over the code as it stands here. */
let project = ''
beforeAll(() => {
  project = aFolder('npm')
  const own = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
  own.scripts.build = 'node build.mjs'
  writeFileSync(join(project, 'package.json'), JSON.stringify(own))
  builds('')
  mkdirSync(join(project, 'dist/src'), { recursive: true })
  const main = `import { register } from 'tsx/esm/api'\nregister()\nawait import(${JSON.stringify(resolve('src/main.ts'))})\n`
  writeFileSync(join(project, 'dist/src/main.js'), main)
  symlinkSync(resolve('node_modules'), join(project, 'node_modules'))
})
const builds = (code: string) => writeFileSync(join(project, 'build.mjs'), code)

const groups = new Set<number>()
afterAll(() => {
  for (const group of groups) {
    try {
      process.kill(-group, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error // it has ended, as it should
    }
  }
})

/** `npm start` or the like in a process group of its own, as a terminal or a supervisor runs it. */
const npm = (script: string, more: readonly string[], env: NodeJS.ProcessEnv) => {
  const child: ChildProcess = spawn('npm', ['run', script, ...more], {
    cwd: project,
    env: {
      ...Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^(NEWSDESK_|npm_|VITEST|NODE_OPTIONS$)/i.test(name)),
      ),
      ...{ NO_COLOR: '1', ...env },
    },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { pid = 0 } = child
  groups.add(pid)
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', chunk => {
      text += chunk
    })
  const ended = new Promise<void>(done => child.once('exit', () => done()))
  return { pid, text: () => text, ended }
}

/** What runs of a group of processes; what has ended and waits to be fetched runs no more. */
const running = (group: number): string[] =>
  execFileSync('ps', ['-eo', 'pgid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(([of, state]) => Number(of) === group && !state?.startsWith('Z'))
    .map(words => words.slice(2).join(' '))

const PATIENT = { timeout: 120_000, every: 100 }
const nothing = (left: readonly string[]): boolean => left.length === 0
const daemonOf = (text: string): number => Number(/"pid":(\d+).*newsdesk runs/.exec(text)?.[1] ?? 0)

describe('npm start', () => {
  const aStart = async () => {
    const { dir } = aConfigFolder({ settings: 'admin: { port: 0 }\n' })
    // A Redis of its own, in a folder whose path is short enough for a socket.
    const started = npm('start', [], { NEWSDESK_CONFIG: dir, NEWSDESK_DATA: join(aFolder('d'), 'r') })
    await until(() => daemonOf(started.text()), Boolean, PATIENT)
    return started
  }

  it('npm start that receives SIGTERM ends its daemon and its Redis too', {
    timeout: 300_000,
  }, async () => {
    const { pid, text, ended } = await aStart()
    process.kill(pid, 'SIGTERM')
    await until(() => running(pid), nothing, PATIENT)
    await ended
    expect(text()).toContain('newsdesk stopped')
    expect(text()).not.toContain('second signal')
  })

  it('npm start that receives Ctrl-C finishes running work, though npm passes the signal on a second time', {
    timeout: 300_000,
  }, async () => {
    const { pid, text, ended } = await aStart()
    process.kill(-pid, 'SIGINT')
    await until(() => running(pid), nothing, PATIENT)
    await ended
    expect(text()).toContain('newsdesk stopped')
    expect(text()).not.toContain('second signal')
  })

  it('npm start that receives SIGTERM while it still builds starts no daemon', { timeout: 300_000 }, async () => {
    builds('console.log(`building`); setInterval(() => undefined, 1_000)')
    const { dir } = aConfigFolder({ settings: 'admin: { port: 0 }\n' })
    const started = npm('start', [], { NEWSDESK_CONFIG: dir, NEWSDESK_DATA: join(aFolder('d'), 'r') })
    await until(() => /building/.test(started.text()), Boolean, PATIENT)
    process.kill(started.pid, 'SIGTERM')
    await started.ended
    expect(started.text()).not.toContain('newsdesk runs')
    builds('')
  })
})

describe('npm run demo', () => {
  it('npm run demo that receives SIGTERM leaves nothing running', { timeout: 300_000 }, async () => {
    const demo = npm('demo', ['--', '--once'], {})
    await until(() => /Starting newsdesk/.test(demo.text()), Boolean, PATIENT)
    process.kill(demo.pid, 'SIGTERM')
    await demo.ended
    await until(() => running(demo.pid), nothing, PATIENT)
  })
})
