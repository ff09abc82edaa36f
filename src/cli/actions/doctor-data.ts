/**
 * Part of `newsdesk doctor`: checks that articles, stories, lists, counts and sources in Redis agree; `--repair` fixes
 * them.
 */

import { readEvictionState } from '../../eviction/evictor.ts'
import { countPolled, readMissing } from '../../maintenance/ensure-foundation.ts'
import { SchemaError } from '../../maintenance/migrations/schema.ts'
import { repair } from '../../maintenance/repair/run.ts'
import type { Repaired } from '../../maintenance/repair/run-check.ts'
import { sourceJobs } from '../../queues/source-jobs.ts'
import { readDaemons } from '../../use-cases/status.ts'
import { createExaminedReport } from '../prompt.ts'
import { type Session, withSession } from '../session.ts'

export interface DoctorFinding {
  readonly check: string
  readonly state: 'ok' | 'warning' | 'error'
  readonly message: string
  /** How to fix it. */
  readonly fix?: string
  /** For checks of data: how many records were examined, wrong and repaired. */
  readonly data?: Pick<Repaired, 'check' | 'examined' | 'wrong' | 'repaired'>
}

const formatFinding = (
  { check, what, examined, wrong, repaired, examples, doubt }: Repaired,
  isRepairing: boolean,
): DoctorFinding[] => {
  if (wrong === 0) return []
  const some = examples.length < wrong ? `${examples.join(', ')}, …` : examples.join(', ')
  const isFixed = repaired === wrong
  return [
    {
      check: 'Data',
      state: isFixed ? 'ok' : 'warning',
      message: `${wrong} ${what} (${some})${isRepairing ? `: ${repaired} fixed` : ''}`,
      fix:
        doubt ?? (isRepairing ? 'run it again: daemons may have written in the meantime' : 'newsdesk doctor --repair'),
      data: { check, examined, wrong, repaired },
    },
  ]
}

const checkMemory = async ({ redis, keys, config }: Session): Promise<DoctorFinding[]> => {
  const { memory } = config.settings.articles
  if (memory === 0) return []
  const { articles, isEvicting, isShort } = await readEvictionState(redis, keys)
  const size = `${Math.round(memory / 1_048_576)} MB (articles.memory) for ${articles} articles`
  if (isShort)
    return [
      {
        check: 'Memory',
        state: 'warning',
        message: `${size}: too small, although every article that may be evicted has been`,
        fix: 'raise articles.memory, or find out what else fills Redis: redis-cli --bigkeys',
      },
    ]
  return [{ check: 'Memory', state: 'ok', message: isEvicting ? `${size}: the oldest are evicted early` : size }]
}

/**
 * Checks that Redis has the entries that the scheduler creates. Without a running scheduler nobody creates them,
 * and `newsdesk status` reports that instead.
 */
const checkSchedule = async ({ redis, keys, sources }: Session): Promise<DoctorFinding[]> => {
  const daemons = await readDaemons({ redis, keys, now: Date.now })
  if (!daemons.some(({ roles }) => roles.includes('scheduler'))) return []
  const missing = await readMissing(redis, keys, countPolled(sources.list()))
  const check = 'Schedule'
  return missing.length === 0
    ? [{ check, state: 'ok', message: 'Redis has every entry that the scheduler creates' }]
    : [
        {
          ...{ check, state: 'error', message: `Redis lacks entries that newsdesk needs: ${missing.join(', ')}` },
          fix: 'the scheduler recreates them within seconds: run doctor again, and if they are still missing read the log of the scheduler',
        },
      ]
}

/** @param isRepairing false: only reports */
export const checkData = async (configDir: string, isRepairing: boolean): Promise<DoctorFinding[]> => {
  try {
    return await withSession(
      configDir,
      async session => {
        const { redis, keys, config, sources } = session
        const { storyWriter, lists: listModules } = await session.container()
        const { articles, lists } = config.settings
        const repaired = await repair(
          {
            ...{ redis, keys },
            writer: storyWriter,
            changes: listModules.changes,
            weightOf: id => sources.get(id)?.weight ?? 1,
            isSource: id => sources.get(id) !== undefined,
            forget: sources.forget,
            jobs: sourceJobs(await session.queues()),
            retention: articles.retention,
            poolSize: lists.poolSize,
            now: Date.now,
            onProgress: createExaminedReport(),
          },
          isRepairing,
        )
        const findings = repaired.flatMap(each => formatFinding(each, isRepairing))
        const examined = Math.max(0, ...repaired.map(each => each.examined))
        const allGood: DoctorFinding = {
          check: 'Data',
          state: 'ok',
          message: `articles, stories, lists, counts and sources agree (${examined} examined)`,
        }
        return [
          ...(findings.length > 0 ? findings : [allGood]),
          ...(await checkSchedule(session)),
          ...(await checkMemory(session)),
        ]
      },
      { start: true, onlyReads: !isRepairing },
    )
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error
    return [
      {
        check: 'Data',
        state: 'error',
        message: error.message,
        fix: 'run newsdesk migrate, or the version that wrote the data',
      },
    ]
  }
}
