/** Daemons as an operator runs them: processes of their own, each with its way to Redis, started again by a supervisor when they end. */

import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'

export interface Place {
  signal(signal: NodeJS.Signals): void
  /** Kills it, or ends it as a supervisor does, and starts it again after `after` ms. @returns its exit code, or the signal it died by */
  restart(signal: 'SIGKILL' | 'SIGTERM', after: number): Promise<number | NodeJS.Signals>
  tell(told: { readonly offset?: number; readonly block?: number }): void
  /** MB it holds; 0 while it is not there. */
  memory(): number
}

export interface Fleet {
  readonly places: readonly Place[]
  /** Ends that nobody asked for. */
  readonly ended: readonly string[]
  stop(): Promise<(number | NodeJS.Signals)[]>
}

export interface FleetWanted {
  readonly dir: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly sources: readonly { readonly id: string; readonly url: string }[]
  /** URL of Redis as each daemon sees it: as many as there are daemons. */
  readonly redis: readonly string[]
}

const script = fileURLToPath(new URL('../../src/main.js', import.meta.url))
const tamper = new URL('./tamper.js', import.meta.url).href
/** A supervisor waits a moment before it starts anew what ended by itself, ms. */
const SUPERVISED = 300
const ENDS_WITHIN = 20_000

const writeConfig = ({ dir, settings, sources }: FleetWanted): string => {
  const config = join(dir, 'config')
  mkdirSync(config, { recursive: true })
  writeFileSync(join(config, 'newsdesk.yaml'), stringify(settings))
  writeFileSync(join(config, 'sources.yaml'), stringify({ sources }))
  copyFileSync('config/sections.yaml', join(config, 'sections.yaml'))
  return config
}

export const startFleet = (wanted: FleetWanted): Fleet => {
  const config = writeConfig(wanted)
  const ended: string[] = []
  let isOver = false

  const placeAt = (url: string, index: number) => {
    const log = openSync(join(wanted.dir, `daemon-${index}.log`), 'a')
    let child: ChildProcess
    let gone: Promise<number | NodeJS.Signals>
    let isExpected = false

    const boot = (): void => {
      isExpected = false
      const made = spawn(process.execPath, ['--import', tamper, script, '--config', config, 'start'], {
        env: { PATH: process.env.PATH, HOME: process.env.HOME, NEWSDESK_REDIS_URL: url, NODE_ENV: 'production' },
        stdio: ['ignore', log, log, 'ipc'],
      })
      child = made
      made.on('error', () => undefined) // told as it is killed: what it is told then does not matter
      gone = new Promise(resolve => made.once('exit', (code, signal) => resolve(code ?? signal ?? -1)))
      void gone.then(async how => {
        if (isExpected || isOver) return
        ended.push(`daemon ${index} ended by itself: ${how}`)
        await delay(SUPERVISED)
        if (!isOver && child === made) boot()
      })
    }
    boot()
    return {
      signal: (signal: NodeJS.Signals) => void child.kill(signal),
      async restart(signal: NodeJS.Signals, after: number) {
        isExpected = true
        const killed = child
        const ending = gone
        killed.kill(signal)
        const late = delay(ENDS_WITHIN, 'late' as const, { ref: false })
        if ((await Promise.race([ending, late])) === 'late') {
          ended.push(`daemon ${index} did not end within ${ENDS_WITHIN} ms of ${signal}`)
          killed.kill('SIGKILL')
        }
        const how = await ending
        await delay(after)
        if (!isOver && child === killed) boot()
        return how
      },
      tell(told: { readonly offset?: number; readonly block?: number }) {
        if (child.connected) child.send(told)
      },
      memory() {
        try {
          return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024
        } catch {
          return 0
        }
      },
      async stop() {
        child.kill('SIGCONT')
        child.kill('SIGTERM')
        const how = await Promise.race([gone, delay(ENDS_WITHIN, null, { ref: false })])
        if (how === null) child.kill('SIGKILL')
        return how ?? 'SIGKILL'
      },
    }
  }

  const places = wanted.redis.map(placeAt)
  return {
    places,
    ended,
    stop() {
      isOver = true
      return Promise.all(places.map(place => place.stop()))
    },
  }
}
