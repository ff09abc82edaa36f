/** Runs one check page by page: finds suspects, checks them a second time, and fixes them if asked to. */

import { setTimeout as delay } from 'node:timers/promises'
import { chunk } from '../../util/slices.ts'
import type { Check, RepairParts } from './check.ts'

/** Delay before suspects are checked again, ms: longer than a batch takes from its first write to its last. */
const RECHECK_DELAY = 1_500
const SLICE = 50
const MAX_EXAMPLES = 3

export interface Repaired {
  readonly check: string
  readonly what: string
  /** Candidates checked. */
  readonly examined: number
  /** Wrong both times. */
  readonly wrong: number
  readonly repaired: number
  readonly examples: readonly string[]
  /** Why nothing was fixed. */
  readonly doubt?: string
}

export interface RunParts extends RepairParts {
  readonly onProgress?: (check: string, examined: number) => void
  /** ms */
  readonly settles?: number
}

/** A check that hides the type of its suspects. */
export type Runnable = (parts: RunParts, isMending: boolean) => Promise<Repaired>

export const runnable =
  <Suspect>(check: Check<Suspect>): Runnable =>
  (parts, isMending) =>
    runCheck(check, parts, isMending)

const runCheck = async <Suspect>(check: Check<Suspect>, parts: RunParts, isMending: boolean): Promise<Repaired> => {
  const suspects: Suspect[] = []
  let examined = 0
  for await (const page of check.pages(parts)) {
    suspects.push(...(await check.wrong(parts, page)))
    examined += page.length
    parts.onProgress?.(check.id, examined)
  }
  if (suspects.length > 0) await delay(parts.settles ?? RECHECK_DELAY)
  const wrong: Suspect[] = []
  for (const some of chunk(suspects, SLICE)) wrong.push(...(await check.wrong(parts, some)))
  const doubt = wrong.length > 0 ? (check.doubt?.(wrong.length, examined) ?? null) : null
  let repaired = 0
  for (const some of isMending && doubt === null ? chunk(wrong, SLICE) : []) {
    await Promise.all(some.map(each => check.mend(parts, each)))
    repaired += some.length - (await check.wrong(parts, some)).length
  }
  return {
    ...{ check: check.id, what: check.what, examined, wrong: wrong.length, repaired },
    examples: wrong.slice(0, MAX_EXAMPLES).map(check.show),
    ...(doubt === null ? {} : { doubt }),
  }
}
