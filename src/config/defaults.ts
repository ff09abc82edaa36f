/** Defaults of the settings as one would write them. (pure) */

import type { z } from 'zod'
import { settingPaths } from './environment.ts'

/** The default of a schema as it is written: a duration or size in its unit, not in ms or bytes. */
export const defaultIn = (schema: z.ZodType): unknown => {
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

/** The default of a key. */
export const defaultOf = (path: readonly string[]): unknown => {
  const setting = settingPaths().find(each => each.path.join('.') === path.join('.'))
  return setting && defaultIn(setting.schema)
}

export const yamlOf = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(yamlOf).join(', ')}]`
    : typeof value === 'object' && value !== null
      ? JSON.stringify(value)
      : typeof value === 'string' &&
          (value === '' || /[:#{}[\],&*!|>'"%@`]|^[\d.]/.test(value)) &&
          !/^[\d.]+[a-zA-Z]+$/.test(value)
        ? `'${value.replaceAll("'", "''")}'`
        : String(value)
