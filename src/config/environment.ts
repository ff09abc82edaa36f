/**
 * Reads the environment variables that override newsdesk.yaml: NEWSDESK_<SECTION>_<KEY>, such as
 * NEWSDESK_CRAWL_USER_AGENT for crawl.userAgent. (pure)
 */

import type { z } from 'zod'
import { nearestTo } from './problems.ts'
import { RENAMED_KEYS } from './renamed-keys.ts'
import { Settings } from './schema.ts'
import type { Applies } from './sections/restart.ts'

/** Variables that newsdesk reads but that are not settings. */
const OTHERS = new Set(['NEWSDESK_CONFIG', 'NEWSDESK_VERSION'])

/** Shorter names that people expect. */
const ALIASES: Readonly<Record<string, string>> = { NEWSDESK_DATA: 'NEWSDESK_REDIS_DATA_DIR' }

const upper = (key: string): string => key.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()

/** A key of the settings. */
export interface SettingPath {
  readonly path: readonly string[]
  readonly schema: z.ZodType
  /** When a change of it applies. */
  readonly applies: Applies
}

/**
 * Lists every key of the settings with its path, nested keys included.
 * @throws Error if neither a key nor its section says when a change applies
 */
export const settingPaths = (
  schema: z.ZodType = Settings,
  path: readonly string[] = [],
  ofSection?: Applies,
): SettingPath[] => {
  let inner: unknown = schema
  let applies: Applies | undefined
  // Defaults, prefaults and descriptions wrap the object that contains the keys.
  while (inner && typeof inner === 'object' && '_zod' in inner) {
    applies ??= (inner as z.ZodType).meta()?.applies as Applies | undefined
    const { def } = (inner as z.core.$ZodType)._zod as unknown as {
      def: { type: string; innerType?: unknown; shape?: Record<string, z.ZodType> }
    }
    if (def.shape) {
      const own = applies ?? ofSection
      return Object.entries(def.shape).flatMap(([key, value]) => settingPaths(value, [...path, key], own))
    }
    inner = def.innerType
  }
  const said = applies ?? ofSection
  if (said === undefined)
    throw new Error(`${path.join('.')} does not say when a change applies: add LIVE or ON_RESTART to it or its section`)
  return [{ path, schema, applies: said }]
}

export const variableName = (path: readonly string[]): string => `NEWSDESK_${path.map(upper).join('_')}`

/** A setting in the environment. */
export interface EnvironmentOverride {
  readonly path: readonly string[]
  /** Name of the variable. */
  readonly name: string
  /**
   * The value, parsed in the first way that its setting accepts; if none is accepted, in the one with the best error.
   */
  readonly value: unknown
  readonly written: string
}

/**
 * Reads the settings in the environment.
 * @returns overrides by path, and a problem for every unknown NEWSDESK_ variable
 */
export const readEnvironment = (env: NodeJS.ProcessEnv): { overrides: EnvironmentOverride[]; problems: string[] } => {
  const byVariable = new Map(settingPaths().map(setting => [variableName(setting.path), setting]))
  const renamed = new Map(
    Object.entries(RENAMED_KEYS).map(([key, now]) => [variableName(key.split('.')), variableName(now.split('.'))]),
  )
  const overrides: EnvironmentOverride[] = []
  const problems: string[] = []
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('NEWSDESK_') || OTHERS.has(name) || value === undefined) continue
    const setting = byVariable.get(ALIASES[name] ?? name)
    if (setting) overrides.push({ path: setting.path, name, written: value, value: parseValue(value, setting.schema) })
    else if (renamed.has(name)) problems.push(`environment ${name} is now ${renamed.get(name)}`)
    else {
      const meant = nearestTo(name, [...byVariable.keys(), ...Object.keys(ALIASES)])
      problems.push(`environment ${name}: no such setting${meant ? `; did you mean ${meant}?` : ''}`)
    }
  }
  return { overrides, problems }
}

/**
 * Parses a value in the first way that its setting accepts: as text, number, boolean, JSON, or a comma-separated list.
 */
const parseValue = (written: string, schema: z.ZodType): unknown => {
  const ways: unknown[] = [written]
  if (/^-?\d+(\.\d+)?$/.test(written)) ways.push(Number(written))
  if (written === 'true' || written === 'false') ways.push(written === 'true')
  if (/^\s*(\[.*\]|\{.*\})\s*$/s.test(written)) {
    try {
      ways.push(JSON.parse(written))
    } catch {
      // Not JSON: [a, b] is parsed below as a list without quotes.
    }
  }
  const parts = written
    .replace(/^\s*\[|\]\s*$/g, '')
    .split(',')
    .map(each => each.trim())
    .filter(each => each !== '')
  ways.push(
    parts,
    parts.map(each => (/^-?\d+$/.test(each) ? Number(each) : each)),
  )
  const accepted = ways.find(way => schema.safeParse(way).success)
  if (accepted !== undefined) return accepted
  // If none is accepted, choose the one with the most specific error: "this element is wrong" rather than "not a list".
  const issuesOf = (way: unknown) => schema.safeParse(way).error?.issues ?? []
  const depth = (way: unknown) => Math.max(...issuesOf(way).map(({ path }) => path.length))
  const isNearer = (one: unknown, other: unknown) =>
    depth(one) > depth(other) || (depth(one) === depth(other) && issuesOf(one).length < issuesOf(other).length)
  return ways.reduce((best, way) => (isNearer(way, best) ? way : best))
}
