/** Applies a reload: live keys take effect at once, the others are named and wait for a restart. */

import type { Logger } from 'pino'
import { findDefault, formatYaml } from '../config/defaults.ts'
import { settingPaths } from '../config/environment.ts'
import type { Config } from '../config/load.ts'
import { isSecret } from '../config/problems.ts'
import type { Settings } from '../config/schema.ts'
import { withoutCredentials } from '../util/redact.ts'

type Values = Record<string, unknown>

const at = (settings: Settings, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Values)[key], settings)

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** A value as it is written in the file, if known. */
const shown = ({ settings, writtenAt }: Config, path: readonly string[]): string => {
  if (isSecret(path)) return '(not shown)'
  const value = writtenAt ? (writtenAt(path) ?? findDefault(path)) : at(settings, path)
  return withoutCredentials(formatYaml(value))
}

export interface Reloaded {
  /** The configuration from now on. */
  readonly config: Config
  /** Changed keys that are in effect now: origin, old and new value. */
  readonly taken: readonly string[]
  /** The same of changed keys that need a restart. */
  readonly waiting: readonly string[]
}

/**
 * @param started the configuration this process was started with
 * @param before the current one
 * @param next the one just read
 */
export const reloaded = (started: Config, before: Config, next: Config): Reloaded => {
  const taken: string[] = []
  const waiting: string[] = []
  const settings: Values = { ...next.settings }
  for (const { path, applies } of settingPaths()) {
    const old = applies === 'live' ? before : started
    const value = at(old.settings, path)
    if (isSame(value, at(next.settings, path))) continue
    const line = `${next.originOf?.(path) ?? 'configuration'} ${path.join('.')}: ${shown(old, path)} -> ${shown(next, path)}`
    if (applies === 'live') taken.push(line)
    else {
      waiting.push(line)
      const [first = '', second] = path
      // Keep the old value in effect wherever it is read.
      settings[first] = second === undefined ? value : { ...(settings[first] as Values), [second]: value }
    }
  }
  return { config: { ...next, settings: settings as unknown as Settings }, taken, waiting } // the same keys
}

export interface ReloadParts {
  /** The configuration this process was started with. */
  readonly initial: Config
  readonly inForce: () => Config
  /** Makes a configuration the current one. */
  readonly apply: (next: Config) => void
  /** Called once it is current. @param before the previous settings */
  readonly follow: (before: Settings, changed: readonly string[]) => Promise<void>
  readonly log: Logger
}

/** @returns a function that runs reloads one after another; a failed one does not stop the next */
export const createReload = ({ initial, inForce, apply, follow, log }: ReloadParts) => {
  let reloading: Promise<void> = Promise.resolve()
  const reload = async (next: Config): Promise<void> => {
    const { settings: before } = inForce()
    const { config, taken, waiting } = reloaded(initial, inForce(), next)
    apply(config)
    for (const setting of waiting)
      log.warn({ event: 'config.needs_restart', setting }, 'this setting takes effect after a restart')
    await follow(before, taken)
  }
  return (next: Config): Promise<void> => {
    reloading = reloading.catch(() => undefined).then(() => reload(next))
    return reloading
  }
}
