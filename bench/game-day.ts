/**
 * `npm run gameday [-- --only full,killed --within 10 --table]`: brings about what goes wrong in operation, one condition after
 * another, on a Redis and a daemon of its own, and asserts what `status`, `status --check`, `doctor`, `/readyz`, `/metrics`,
 * the overview and the log say within ten seconds of its beginning and of its end. Exits with 1 if one of them misses.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CONDITIONS } from './game-day/conditions.ts'
import { findMissed, type Outcome, runCondition } from './game-day/run.ts'
import { openStage } from './game-day/stage.ts'
import { formatTable } from './game-day/table.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    within: { type: 'string', default: '10' },
    table: { type: 'boolean', default: false },
  },
})
const within = Number(values.within) * 1_000
const wanted = values.only?.split(',')
const unknown = wanted?.filter(id => !CONDITIONS.some(each => each.id === id)) ?? []
if (!(within > 0) || unknown.length > 0) {
  const known = CONDITIONS.map(({ id }) => id).join(', ')
  console.error(
    unknown.length > 0 ? `no condition ${unknown.join(', ')}; there are ${known}` : '--within is in seconds',
  )
  process.exit(2)
}

const dir = mkdtempSync(join(tmpdir(), 'newsdesk-gameday-'))
process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))
const stage = await openStage(dir, [fileURLToPath(new URL('../src/main.js', import.meta.url))])
const outcomes: Outcome[] = []
try {
  for (const condition of CONDITIONS) {
    if (wanted && !wanted.includes(condition.id)) continue
    const outcome = await runCondition(stage, condition, within)
    outcomes.push(outcome)
    const slowest = Math.max(...[...outcome.begun, ...outcome.ended].map(({ ms }) => ms ?? Number.POSITIVE_INFINITY))
    console.error(`${condition.id}: ${findMissed(outcome).length} missed, ${(slowest / 1_000).toFixed(1)} s`)
    for (const missed of findMissed(outcome)) console.error(`  ${missed}`)
  }
} finally {
  await stage.close()
}
if (values.table) console.log(formatTable(outcomes))
process.exit(outcomes.some(outcome => findMissed(outcome).length > 0) ? 1 : 0)
