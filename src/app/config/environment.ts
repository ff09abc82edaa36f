/** Environment variables over newsdesk.yaml: NEWSDESK_<SECTION>_<KEY>, such as NEWSDESK_CRAWL_USER_AGENT for crawl.userAgent. (pure) */

import type { z } from 'zod'
import { nearestTo } from './problems.ts'
import { Settings } from './schema.ts'

/** Variables that mean something to newsdesk but are no setting. */
const OTHERS = new Set(['NEWSDESK_CONFIG', 'NEWSDESK_VERSION'])

/** Short names people expect. */
const ALIASES: Readonly<Record<string, string>> = { NEWSDESK_DATA: 'NEWSDESK_REDIS_DATA_DIR' }

const upper = (key: string): string => key.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()

/** Every key of the settings with its path; objects are entered. */
export const settingPaths = (
  schema: z.ZodType = Settings,
  path: readonly string[] = [],
): { path: readonly string[]; schema: z.ZodType }[] => {
  let inner: unknown = schema
  // Defaults, prefaults and descriptions wrap the object that holds the keys.
  while (inner && typeof inner === 'object' && '_zod' in inner) {
    const { def } = (inner as z.core.$ZodType)._zod as unknown as {
      def: { type: string; innerType?: unknown; shape?: Record<string, z.ZodType> }
    }
    if (def.shape) return Object.entries(def.shape).flatMap(([key, value]) => settingPaths(value, [...path, key]))
    inner = def.innerType
  }
  return [{ path, schema }]
}

export const variableOf = (path: readonly string[]): string => `NEWSDESK_${path.map(upper).join('_')}`

/**
 * What the environment says, as an object to lay over the file.
 * @returns overrides by path, and a problem for every NEWSDESK_ variable that is none of ours
 */
export const readEnvironment = (
  env: NodeJS.ProcessEnv,
): { overrides: { path: readonly string[]; value: unknown }[]; problems: string[] } => {
  const byVariable = new Map(settingPaths().map(({ path }) => [variableOf(path), path]))
  const overrides: { path: readonly string[]; value: unknown }[] = []
  const problems: string[] = []
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('NEWSDESK_') || OTHERS.has(name) || value === undefined) continue
    const path = byVariable.get(ALIASES[name] ?? name)
    if (path) overrides.push({ path, value: settingValue(value) })
    else {
      const meant = nearestTo(name, [...byVariable.keys(), ...Object.keys(ALIASES)])
      problems.push(`environment ${name}: no such setting${meant ? `; did you mean ${meant}?` : ''}`)
    }
  }
  return { overrides, problems }
}

/** Numbers, true and false as such; a list as JSON or parted by commas where it starts with [; anything else as text. */
const settingValue = (written: string): unknown => {
  if (/^-?\d+(\.\d+)?$/.test(written)) return Number(written)
  if (written === 'true' || written === 'false') return written === 'true'
  if (!written.startsWith('[')) return written
  try {
    return JSON.parse(written)
  } catch {
    return written
      .replace(/^\[|\]$/g, '')
      .split(',')
      .map(each => each.trim())
  }
}
