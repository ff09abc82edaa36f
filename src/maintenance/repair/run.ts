/** Runs all checks of the data, one after another. */

import { articleChecks } from './articles.ts'
import { countChecks } from './counts.ts'
import { listChecks } from './lists.ts'
import type { Repaired, Runnable, RunParts } from './run-check.ts'
import { sourceChecks } from './sources.ts'
import { storyChecks } from './stories.ts'

/**
 * The order matters: fixing articles changes which stories are wrong, and fixing stories changes which lists are wrong.
 */
const CHECKS: readonly Runnable[] = [...articleChecks, ...storyChecks, ...listChecks, ...countChecks, ...sourceChecks]

/** @param isMending false only reports */
export const repair = async (parts: RunParts, isMending: boolean): Promise<Repaired[]> => {
  const all: Repaired[] = []
  for (const run of CHECKS) all.push(await run(parts, isMending))
  return all
}
