/**
 * `npm run faults:readers [-- --reading 1500] [--stalled 500] [--reset 500] [--pause 5000] [--updates 3000]`: readers of `/v1/updates` of whom
 * some never read and some reset their connection, while Redis is stopped. Ends with 1 where an update was lost, doubled or out of order, the
 * daemon ended, or places did not come back.
 */

import { parseArgs } from 'node:util'
import { runReaders } from './readers/run.ts'

const { values } = parseArgs({
  options: {
    reading: { type: 'string', default: '1500' },
    stalled: { type: 'string', default: '500' },
    reset: { type: 'string', default: '500' },
    pause: { type: 'string', default: '5000' },
    updates: { type: 'string', default: '3000' },
  },
})
const [reading, stalled, reset, pause, updates] = [
  values.reading,
  values.stalled,
  values.reset,
  values.pause,
  values.updates,
].map(Number) as [number, number, number, number, number]

const report = await runReaders({
  ...{ reading, stalled, reset, pause, updates },
  newsdesk: ['dist/src/main.js'],
  say: line => console.error(line),
})
console.log(JSON.stringify(report, null, 2))
const isGood = report.whole === reading && report.comeAgain === reading + stalled && report.ended === null
process.exit(isGood ? 0 : 1)
