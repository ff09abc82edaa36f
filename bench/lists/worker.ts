/**
 * The worker that is measured, in a process of its own: the daemon with the roles articles and publish. Arguments:
 * socket, prefix, sources.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { pino } from 'pino'
import { startDaemon } from '../../src/app/daemon.ts'
import { benchConfig } from './world.ts'

const [socket = '', prefix = '', sources = '0'] = process.argv.slice(2)
const daemon = await startDaemon({
  config: benchConfig(prefix, Number(sources)),
  roles: ['articles', 'publish'],
  redis: { address: { socket }, origin: 'bench', stop: async () => undefined },
  log: pino({ level: process.env.NEWSDESK_LOG_LEVEL ?? 'silent' }),
})
const held = monitorEventLoopDelay({ resolution: 1 })
held.enable()
process.send?.('ready')
process.on('message', async message => {
  if (message === 'memory') {
    const [p99, p999, most] = [held.percentile(99), held.percentile(99.9), held.max].map(ns => ns / 1e6)
    process.send?.({ rss: process.memoryUsage().rss, cpu: process.cpuUsage(), held: { p99, p999, most } })
  }
  if (message !== 'stop') return
  await daemon.stop()
  process.exit(0)
})
