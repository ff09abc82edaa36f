/** The worker that is measured, in a process of its own: the daemon with the roles articles and publish. Arguments: socket, prefix, sources. */

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
process.send?.('ready')
process.on('message', async message => {
  if (message === 'memory') process.send?.({ rss: process.memoryUsage().rss, cpu: process.cpuUsage() })
  if (message !== 'stop') return
  await daemon.stop()
  process.exit(0)
})
