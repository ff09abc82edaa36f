/**
 * The worker of the long run, a process of its own: its memory is what is measured. Its clock is moved by messages (bench/faults/tamper.ts).
 * Arguments: socket, prefix, sources, days an article is kept.
 */

import { pino } from 'pino'
import { startDaemon } from '../../src/app/daemon.ts'
import { Settings } from '../../src/config/schema.ts'
import { benchConfig } from '../lists/world.ts'

const [socket = '', prefix = '', sources = '0', days = '1'] = process.argv.slice(2)
const config = benchConfig(prefix, Number(sources))
const daemon = await startDaemon({
  config: {
    ...config,
    settings: Settings.parse({
      redis: { prefix },
      articles: { retention: `${days}d` },
      stories: { window: `${days}d`, joinWithin: `${days}d` },
      events: { perMinute: 0 },
      lists: { minVisitors: 1 },
    }),
  },
  roles: ['articles', 'publish', 'events'],
  redis: { address: { socket }, origin: 'longrun', stop: async () => undefined },
  log: pino({ level: process.env.NEWSDESK_LOG_LEVEL ?? 'silent' }),
  now: () => Date.now(),
})
process.on('message', async (told: { offset?: number; memory?: true; stop?: true }) => {
  if (told.offset !== undefined) process.send?.('moved')
  if (told.memory) {
    globalThis.gc?.()
    const { rss, heapUsed, external } = process.memoryUsage()
    process.send?.({ rss, live: heapUsed + external })
  }
  if (!told.stop) return
  await daemon.stop()
  process.exit(0)
})
process.send?.('ready')
