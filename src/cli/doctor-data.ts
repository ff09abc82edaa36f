/** The doctor's look at what stands in Redis: whether articles, stories, lists, counts and sources agree; with `--repair` it mends them. */

import { createStoryWriter } from '../articles/story-writer.ts'
import { readEvictionState } from '../eviction/evictor.ts'
import { polledOf, readMissing } from '../maintenance/ensure-foundation.ts'
import { SchemaError } from '../maintenance/migrations/schema.ts'
import { repair } from '../maintenance/repair/run.ts'
import type { Repaired } from '../maintenance/repair/run-check.ts'
import { sourceJobs } from '../queues/source-jobs.ts'
import { readDaemons } from '../use-cases/status.ts'
import { type Session, withSession } from './session.ts'

export interface Finding {
  readonly check: string
  readonly state: 'good' | 'warning' | 'bad'
  readonly what: string
  /** How to mend it. */
  readonly mend?: string
  /** Of data: how many were looked at, were wrong, and were mended. */
  readonly data?: Pick<Repaired, 'check' | 'looked' | 'wrong' | 'mended'>
}

const TELL = 1_000

/** One line a second on how far a check has come, on stderr. */
const progress = () => {
  let told = performance.now()
  return (check: string, looked: number): void => {
    if (performance.now() - told < TELL) return
    told = performance.now()
    console.error(`${check}: ${looked} looked at`)
  }
}

const findingOf = (
  { check, what, looked, wrong, mended, examples, doubt }: Repaired,
  isMending: boolean,
): Finding[] => {
  if (wrong === 0) return []
  const some = examples.length < wrong ? `${examples.join(', ')}, …` : examples.join(', ')
  const isMended = mended === wrong
  return [
    {
      check: 'Data',
      state: isMended ? 'good' : 'warning',
      what: `${wrong} ${what} (${some})${isMending ? `: ${mended} mended` : ''}`,
      mend: doubt ?? (isMending ? 'run it again: others may have written meanwhile' : 'newsdesk doctor --repair'),
      data: { check, looked, wrong, mended },
    },
  ]
}

const checkRoom = async ({ redis, keys, config }: Session): Promise<Finding[]> => {
  const { memory } = config.settings.articles
  if (memory === 0) return []
  const { articles, isEvicting, isShort } = await readEvictionState(redis, keys)
  const size = `${Math.round(memory / 1_048_576)} MB (articles.memory) for ${articles} articles`
  if (isShort)
    return [
      {
        check: 'Room',
        state: 'warning',
        what: `${size}: too little, though all that may leave has`,
        mend: 'raise articles.memory, or look what else fills Redis: redis-cli --bigkeys',
      },
    ]
  return [{ check: 'Room', state: 'good', what: isEvicting ? `${size}: the oldest leave before their time` : size }]
}

/** Whether what the scheduler lays down stands there; where none runs there is nobody to lay it down, which `status` tells. */
const checkFooting = async ({ redis, keys, sources }: Session): Promise<Finding[]> => {
  const daemons = await readDaemons({ redis, keys, now: Date.now })
  if (!daemons.some(({ roles }) => roles.includes('scheduler'))) return []
  const missing = await readMissing(redis, keys, polledOf(sources.list()))
  const check = 'Schedule'
  return missing.length === 0
    ? [{ check, state: 'good', what: 'what the scheduler lays down in Redis is all there' }]
    : [
        {
          ...{ check, state: 'bad', what: `Redis lacks what newsdesk needs: ${missing.join(', ')}` },
          mend: 'the scheduler lays it down again within seconds: run it again, and if it is still so look at its log',
        },
      ]
}

/** @param isMending false only tells */
export const checkData = async (configDir: string, isMending: boolean): Promise<Finding[]> => {
  try {
    return await withSession(
      configDir,
      async session => {
        const { redis, keys, config, sources, queues } = session
        const settings = () => config.settings.articles
        const repaired = await repair(
          {
            ...{ redis, keys },
            writer: createStoryWriter({
              ...{ redis, keys, settings },
              parentOf: id => config.taxonomy.find(section => section.id === id)?.parent,
            }),
            weightOf: id => sources.get(id)?.weight ?? 1,
            isSource: id => sources.get(id) !== undefined,
            forget: sources.forget,
            jobs: sourceJobs(queues),
            retention: settings().retention,
            candidates: settings().candidates,
            now: Date.now,
            onProgress: progress(),
          },
          isMending,
        )
        const findings = repaired.flatMap(each => findingOf(each, isMending))
        const looked = Math.max(0, ...repaired.map(each => each.looked))
        const good: Finding = {
          check: 'Data',
          state: 'good',
          what: `articles, stories, lists, counts and sources agree (${looked} looked at)`,
        }
        return [
          ...(findings.length > 0 ? findings : [good]),
          ...(await checkFooting(session)),
          ...(await checkRoom(session)),
        ]
      },
      { start: true },
    )
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error
    return [
      { check: 'Data', state: 'bad', what: error.message, mend: 'newsdesk migrate, or the version that wrote it' },
    ]
  }
}
