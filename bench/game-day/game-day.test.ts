/** The short form of the game day: a few conditions, in a part of the time that `npm run gameday` takes for all. */

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { aFolder } from '../../tests/support/folder.ts'
import { CONDITIONS } from './conditions.ts'
import { findMissed, runCondition } from './run.ts'
import { openStage, type Stage } from './stage.ts'

/** ms; more than the ten seconds of the full form, for a machine that is busy with other tests. */
const WITHIN = 30_000

let stage: Stage
beforeAll(async () => {
  stage = await openStage(aFolder('gameday'), inject('newsdesk'))
})
afterAll(() => stage.close())

describe('a game day', () => {
  it.each(CONDITIONS.filter(({ isShort }) => isShort).map(condition => [condition.name, condition] as const))(
    'status, doctor, readiness, metrics, the overview and the log tell in time that %s, and that it is over',
    async (_, condition) => {
      expect(findMissed(await runCondition(stage, condition, WITHIN))).toEqual([])
    },
  )
})
