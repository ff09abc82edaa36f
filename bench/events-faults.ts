/**
 * `npm run faults:events [-- --kills 200] [--restarts 20]`: counters are killed with SIGKILL under load and Redis is restarted, its file
 * written with every command; then all counts are held to the truth. Ends with 1 where one differs.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runFaults } from '../tests/support/counter-faults/run.ts'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, restarts: { type: 'string', default: '20' } },
})
const dir = mkdtempSync(join(tmpdir(), 'newsdesk-faults-'))
const since = performance.now()
const report = await runFaults({
  kills: Number(values.kills),
  restarts: Number(values.restarts),
  dir,
  say: line => console.error(line),
})
rmSync(dir, { recursive: true, force: true })
const { wrong, ...rest } = report
console.log(JSON.stringify({ ...rest, seconds: Math.round((performance.now() - since) / 1_000), wrong: wrong.length }))
for (const each of wrong.slice(0, 20)) console.error(each)
process.exitCode = wrong.length === 0 ? 0 : 1
