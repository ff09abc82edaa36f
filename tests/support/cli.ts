/** The command line as it is typed: a process of its own, with its output and exit code. Whatever still runs is ended with the test file. */

import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, inject } from 'vitest'
import { aFolder } from './folder.ts'
import { until } from './until.ts'

export interface Cli {
  readonly child: ChildProcessWithoutNullStreams
  readonly out: () => string
  readonly err: () => string
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** Waits until its output matches. */
  says(pattern: RegExp): Promise<RegExpExecArray>
}

const running = new Set<ChildProcess>()

export const redisUrl = (): string => {
  const address = inject('redis')
  return 'socket' in address ? `unix:${address.socket}` : address.url
}

/** Nothing of the machine's own settings gets in. */
const cleanEnv = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NEWSDESK_|VITEST|NODE_OPTIONS$)/.test(name)))

/**
 * @param input what it reads on stdin; nothing unless given
 * @param build a folder with the code of another version; this one unless given
 */
export const cli = (args: readonly string[], env: NodeJS.ProcessEnv = {}, input?: string, build?: string): Cli => {
  const start = build === undefined ? inject('newsdesk') : ['--import', 'tsx', 'src/main.ts']
  const child = spawn(process.execPath, [...start, ...args], {
    env: { ...cleanEnv(), NO_COLOR: '1', ...env },
    stdio: 'pipe',
    cwd: build,
  })
  child.stdin.end(input)
  running.add(child)
  const text = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', chunk => {
    text.out += chunk
  })
  child.stderr.setEncoding('utf8').on('data', chunk => {
    text.err += chunk
  })
  const ended = new Promise<number | NodeJS.Signals>(resolve => {
    child.on('close', (code, signal) => {
      running.delete(child)
      resolve(code ?? signal ?? -1)
    })
  })
  return {
    child,
    out: () => text.out,
    err: () => text.err,
    ended,
    says: pattern =>
      until(
        () => {
          if (child.exitCode !== null && !pattern.test(text.out + text.err))
            throw new Error(`ended with ${child.exitCode} before it said ${pattern}: ${text.out}${text.err}`)
          return pattern.exec(text.out + text.err) as RegExpExecArray // until waits for it
        },
        Boolean,
        { timeout: 60_000, every: 50 },
      ),
  }
}

/** A configuration folder of a test, to be changed at will. */
export const aConfigFolder = (files: { settings?: string; sources?: string } = {}) => {
  const dir = aFolder('cli')
  const write = (name: string, text: string) => writeFileSync(join(dir, name), text)
  write('newsdesk.yaml', files.settings ?? '')
  write('sources.yaml', files.sources ?? 'sources: []\n')
  write('sections.yaml', 'sections:\n  - id: world\n    labels: { en: World }\n')
  return { dir, write }
}

export const endAll = () =>
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL')
  })
