/** What a reload changes: keys that count at once are taken up, the others are named and wait for the next start. (pure) */

import { defaultOf, yamlOf } from '../config/defaults.ts'
import { settingPaths } from '../config/environment.ts'
import type { Config } from '../config/load.ts'
import { isSecret } from '../config/problems.ts'
import type { Settings } from '../config/schema.ts'
import { withoutCredentials } from '../util/redact.ts'

type Values = Record<string, unknown>

const at = (settings: Settings, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Values)[key], settings)

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** A value as it is written, where that is known. */
const shown = ({ settings, writtenAt }: Config, path: readonly string[]): string => {
  if (isSecret(path)) return '(not shown)'
  const value = writtenAt ? (writtenAt(path) ?? defaultOf(path)) : at(settings, path)
  return withoutCredentials(yamlOf(value))
}

export interface Reloaded {
  /** What is in force from now on. */
  readonly config: Config
  /** Keys whose change counts, with where they stand, the old and the new value. */
  readonly taken: readonly string[]
  /** Of those that differ from what this process was started with and count at its next start. */
  readonly waiting: readonly string[]
}

/**
 * @param started what this process was started with
 * @param before what is in force
 * @param next what was read
 */
export const reloaded = (started: Config, before: Config, next: Config): Reloaded => {
  const taken: string[] = []
  const waiting: string[] = []
  const settings: Values = { ...next.settings }
  for (const { path, takenUp } of settingPaths()) {
    const old = takenUp === 'live' ? before : started
    const value = at(old.settings, path)
    if (isSame(value, at(next.settings, path))) continue
    const line = `${next.originOf?.(path) ?? 'configuration'} ${path.join('.')}: ${shown(old, path)} -> ${shown(next, path)}`
    if (takenUp === 'live') taken.push(line)
    else {
      waiting.push(line)
      const [first = '', second] = path
      // Nobody reads a value that is not in force, wherever it is read.
      settings[first] = second === undefined ? value : { ...(settings[first] as Values), [second]: value }
    }
  }
  return { config: { ...next, settings: settings as unknown as Settings }, taken, waiting } // the same keys
}
