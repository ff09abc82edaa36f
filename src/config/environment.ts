/** Environment variables over newsdesk.yaml: NEWSDESK_<SECTION>_<KEY>, such as NEWSDESK_CRAWL_USER_AGENT for crawl.userAgent. (pure) */

import type { z } from 'zod'
import { nearestTo } from './problems.ts'
import { Settings } from './schema.ts'
import type { TakenUp } from './sections/restart.ts'

/** Variables that mean something to newsdesk but are no setting. */
const OTHERS = new Set(['NEWSDESK_CONFIG', 'NEWSDESK_VERSION'])

/** Short names people expect. */
const ALIASES: Readonly<Record<string, string>> = { NEWSDESK_DATA: 'NEWSDESK_REDIS_DATA_DIR' }

const upper = (key: string): string => key.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()

/** A key of the settings. */
export interface SettingPath {
  readonly path: readonly string[]
  readonly schema: z.ZodType
  /** When a change of it counts. */
  readonly takenUp: TakenUp
}

/**
 * Every key of the settings with its path; objects are entered.
 * @throws Error where neither a key nor its section says when a change counts
 */
export const settingPaths = (
  schema: z.ZodType = Settings,
  path: readonly string[] = [],
  ofSection?: TakenUp,
): SettingPath[] => {
  let inner: unknown = schema
  let takenUp: TakenUp | undefined
  // Defaults, prefaults and descriptions wrap the object that holds the keys.
  while (inner && typeof inner === 'object' && '_zod' in inner) {
    takenUp ??= (inner as z.ZodType).meta()?.takenUp as TakenUp | undefined
    const { def } = (inner as z.core.$ZodType)._zod as unknown as {
      def: { type: string; innerType?: unknown; shape?: Record<string, z.ZodType> }
    }
    if (def.shape) {
      const own = takenUp ?? ofSection
      return Object.entries(def.shape).flatMap(([key, value]) => settingPaths(value, [...path, key], own))
    }
    inner = def.innerType
  }
  const said = takenUp ?? ofSection
  if (said === undefined) throw new Error(`${path.join('.')} says nowhere when a change of it counts: LIVE or AT_START`)
  return [{ path, schema, takenUp: said }]
}

export const variableOf = (path: readonly string[]): string => `NEWSDESK_${path.map(upper).join('_')}`

/** A setting as the environment has it. */
export interface Override {
  readonly path: readonly string[]
  /** Of the variable, as it is written there. */
  readonly name: string
  /** Read in the way that its setting accepts, or comes nearest to. */
  readonly value: unknown
  readonly written: string
}

/**
 * What the environment says, as an object to lay over the file.
 * @returns overrides by path, and a problem for every NEWSDESK_ variable that is none of ours
 */
export const readEnvironment = (env: NodeJS.ProcessEnv): { overrides: Override[]; problems: string[] } => {
  const byVariable = new Map(settingPaths().map(setting => [variableOf(setting.path), setting]))
  const overrides: Override[] = []
  const problems: string[] = []
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('NEWSDESK_') || OTHERS.has(name) || value === undefined) continue
    const setting = byVariable.get(ALIASES[name] ?? name)
    if (setting)
      overrides.push({ path: setting.path, name, written: value, value: settingValue(value, setting.schema) })
    else {
      const meant = nearestTo(name, [...byVariable.keys(), ...Object.keys(ALIASES)])
      problems.push(`environment ${name}: no such setting${meant ? `; did you mean ${meant}?` : ''}`)
    }
  }
  return { overrides, problems }
}

/** What was written, read in the first way its setting accepts: as text, number, true or false, JSON, or a list parted by commas. */
const settingValue = (written: string, schema: z.ZodType): unknown => {
  const ways: unknown[] = [written]
  if (/^-?\d+(\.\d+)?$/.test(written)) ways.push(Number(written))
  if (written === 'true' || written === 'false') ways.push(written === 'true')
  if (/^\s*(\[.*\]|\{.*\})\s*$/s.test(written)) {
    try {
      ways.push(JSON.parse(written))
    } catch {
      // Not JSON, so [a, b] is meant as a list without its quotes.
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
  // Where none is accepted, what is wrong within a list says more than that text is no list.
  const issuesOf = (way: unknown) => schema.safeParse(way).error?.issues ?? []
  const depth = (way: unknown) => Math.max(...issuesOf(way).map(({ path }) => path.length))
  const isNearer = (one: unknown, other: unknown) =>
    depth(one) > depth(other) || (depth(one) === depth(other) && issuesOf(one).length < issuesOf(other).length)
  return ways.reduce((best, way) => (isNearer(way, best) ? way : best))
}
