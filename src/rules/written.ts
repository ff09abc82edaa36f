/** Rules as people write them. (pure) */

import { stringify } from 'yaml'
import type { Conditions, Rule } from './rule.ts'

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const

/** The largest unit that says it exactly. */
const writeDuration = (ms: number): string => {
  const [unit, size] = UNITS.find(([, each]) => ms % each === 0) ?? ['ms', 1]
  return `${ms / size}${unit}`
}

const writeConditions = ({ age, ...others }: Conditions): object => ({
  ...others,
  ...(age === undefined
    ? {}
    : {
        age: Object.fromEntries(
          Object.entries(age).flatMap(([bound, ms]) => (ms === undefined ? [] : [[bound, writeDuration(ms)]])),
        ),
      }),
})

/** YAML that is read as this rule. */
export const writeRule = ({ enabled, when, unless, do: actions, ...about }: Rule): string =>
  stringify({
    ...about,
    ...(enabled ? {} : { enabled }),
    when: writeConditions(when),
    ...(unless ? { unless: writeConditions(unless) } : {}),
    do: actions,
  })
