/** One counter as a process of its own, to be killed: `consumer <socket> <prefix> <name> <claimAfter ms>`. Says `ready`, waits for `go`. */

import { pino } from 'pino'
import { EventSettings } from '../../../src/config/sections/events.ts'
import { createEventCounter } from '../../../src/events/counter.ts'
import { connectRedis } from '../../../src/redis/connect.ts'
import { keysFor } from '../../../src/redis/keys.ts'

const [socket = '', prefix = '', name = '', claimAfter = ''] = process.argv.slice(2)
const log = pino({ level: process.env.FAULTS_LOG ?? 'fatal' }, pino.destination(2))
const keys = keysFor(prefix)
const redis = connectRedis({ socket }, log, name)
const settings = EventSettings.parse({ claimAfter: `${claimAfter}ms`, perMinute: 0, batch: 200 })
const counter = createEventCounter({
  redis,
  blocking: connectRedis({ socket }, log, `${name}-blocking`, { pipelined: false }),
  keys,
  archive: {
    resolve: async ids => {
      const there = await Promise.all(ids.map(id => redis.exists(keys.article(id))))
      return ids.map((id, index) => (there[index] ? id : null))
    },
  },
  settings: () => settings,
  now: Date.now,
  consumer: name,
  log,
})
process.on('message', () => void counter.run(new AbortController().signal))
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
