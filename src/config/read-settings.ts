/** Merges newsdesk.yaml with the environment: the settings, their problems, and where each was set. (pure) */

import { findDefault, formatYaml } from './defaults.ts'
import { type EnvironmentOverride, readEnvironment } from './environment.ts'
import { findPlace, formatAllowed, formatIssue, type ReadFile, shownValue, showPath } from './problems.ts'
import type { Role } from './roles.ts'
import { ruleProblems, type Written } from './rules.ts'
import { Settings } from './schema.ts'

export interface ReadSettings {
  /** null if there are problems. */
  readonly settings: Settings | null
  readonly problems: readonly string[]
  /** What has no effect beside a default, each with its place. */
  readonly notes: readonly string[]
  /** Where a key was set, or would be set: `config/newsdesk.yaml:12:3` or `environment NEWSDESK_X`. */
  readonly originOf: (path: readonly string[]) => string
  /** The value of a key as it was written; undefined if it was not set. */
  readonly writtenAt: (path: readonly string[]) => unknown
}

type Keys = Record<string, unknown>

const isKeys = (value: unknown): value is Keys => typeof value === 'object' && value !== null && !Array.isArray(value)

const begins = (path: readonly PropertyKey[], start: readonly PropertyKey[]): boolean =>
  start.every((part, index) => path[index] === part)

const put = (keys: Keys, path: readonly string[], value: unknown): void => {
  let at = keys
  for (const key of path.slice(0, -1)) {
    const next = at[key]
    at[key] = isKeys(next) ? next : {}
    at = at[key] as Keys // just made one
  }
  const last = path.at(-1)
  if (last !== undefined) at[last] = value
}

/** Removes the value at a path; for a value in a list, removes the whole list. */
const take = (keys: Keys, path: readonly PropertyKey[]): void => {
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (isKeys(at) ? at[String(key)] : undefined), keys)
  if (isKeys(parent)) delete parent[String(path.at(-1))]
  else if (path.length > 1) take(keys, path.slice(0, -1))
}

const valueAt = (keys: Keys, path: readonly string[]): unknown =>
  path.reduce<unknown>((at, key) => (isKeys(at) ? at[key] : undefined), keys)

/** The keys of an object schema inside its defaults. */
const findShape = (schema: unknown): Record<string, unknown> | undefined => {
  const def = (schema as { _zod?: { def: { shape?: Record<string, unknown>; innerType?: unknown } } } | undefined)?._zod
    ?.def
  return def?.shape ?? (def?.innerType ? findShape(def.innerType) : undefined)
}

/**
 * @param file null if there is none
 * @param about what the rules between keys need to know in addition
 */
export const readSettings = (
  file: ReadFile | null,
  env: NodeJS.ProcessEnv,
  about: { readonly roles: readonly Role[] | undefined; readonly sourceIds: readonly string[] | null },
): ReadSettings => {
  const { overrides, problems } = readEnvironment(env)
  const written = file?.written ?? {}
  if (file && !isKeys(written)) problems.push(`${file.path}:1:1 (file): must be a mapping, such as "crawl:"`)
  const laid: Keys = isKeys(written) ? structuredClone(written) : {}
  for (const { path, value } of overrides) put(laid, path, value)

  const fromEnv = (path: readonly PropertyKey[]): EnvironmentOverride | undefined =>
    overrides.find(override => begins(path, override.path))
  const originOf = (path: readonly string[]): string => {
    const override = fromEnv(path)
    if (override) return `environment ${override.name}`
    return file ? findPlace(file, path) : 'newsdesk.yaml'
  }

  const writtenAt = (path: readonly string[]): unknown => valueAt(laid, path)

  const wrong: PropertyKey[][] = []
  let settings: Settings | null = null
  // Invalid values are reported and removed, so that the rules between the other keys can be checked in the same run.
  for (const keys = structuredClone(laid); settings === null; ) {
    const parsed = Settings.safeParse(keys)
    if (parsed.success) settings = parsed.data
    else
      for (const issue of parsed.error.issues) {
        const override = fromEnv(issue.path)
        if (override)
          problems.push(
            `environment ${override.name}: is ${shownValue(override.path, override.written)}; ${formatAllowed(issue)}`,
          )
        else if (file) {
          const parent = issue.path.reduce<unknown>((schema, key) => findShape(schema)?.[String(key)], Settings)
          problems.push(...formatIssue(file, issue, Object.keys(findShape(parent) ?? {})))
        } else problems.push(`${showPath(issue.path)}: ${formatAllowed(issue)}`)
        const taken =
          issue.code === 'unrecognized_keys' ? issue.keys.map(key => [...issue.path, key]) : [issue.path.slice(0, 2)]
        for (const path of taken) take(keys, path)
        wrong.push(...taken)
      }
  }
  const say: Written = {
    ...about,
    isChosen: path => {
      const value = valueAt(laid, path)
      return value !== undefined && formatYaml(value) !== formatYaml(findDefault(path))
    },
    isWrong: path => wrong.some(each => begins(path, each)),
    writtenAt,
  }
  const notes: string[] = []
  for (const { path, message, isNote } of ruleProblems(settings, say)) {
    const override = fromEnv(path)
    const into = isNote ? notes : problems
    into.push(override ? `environment ${override.name}: ${message}` : `${originOf(path)} ${showPath(path)}: ${message}`)
  }
  return { settings: problems.length > 0 ? null : settings, problems, notes, originOf, writtenAt }
}
