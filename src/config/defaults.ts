/** Defaults of the settings, as a user would write them. (pure) */

import type { z } from 'zod'
import { settingPaths } from './environment.ts'

/** Finds the default of a schema as written: a duration or size with its unit, not in ms or bytes. */
export const findSchemaDefault = (schema: z.ZodType): unknown => {
  let inner: unknown = schema
  while (inner && typeof inner === 'object' && '_zod' in inner) {
    const { def } = (inner as z.core.$ZodType)._zod as unknown as {
      def: { defaultValue?: unknown; innerType?: unknown }
    }
    if (def.defaultValue !== undefined) return def.defaultValue
    inner = def.innerType
  }
  return undefined
}

/** Finds the default of a key. */
export const findDefault = (path: readonly string[]): unknown => {
  const setting = settingPaths().find(each => each.path.join('.') === path.join('.'))
  return setting && findSchemaDefault(setting.schema)
}

/** Formats a value as YAML on one line. */
export const formatYaml = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(formatYaml).join(', ')}]`
    : typeof value === 'object' && value !== null
      ? JSON.stringify(value)
      : typeof value === 'string' &&
          (value === '' || /[:#{}[\],&*!|>'"%@`]|^[\d.]/.test(value)) &&
          !/^[\d.]+[a-zA-Z]+$/.test(value)
        ? `'${value.replaceAll("'", "''")}'`
        : String(value)
