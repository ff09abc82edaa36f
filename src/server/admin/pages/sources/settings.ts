/** The settings of a source as a form sends them. (pure) */

import { z } from 'zod'
import { Source } from '../../../../domain/source.ts'
import { SourceSettings } from '../../../../sources/catalogue/catalogue.ts'
import { span } from '../../../../util/units.ts'

const text = z.string().transform(value => value.trim())
/** Empty for null. */
const orNone = <Value>(schema: z.ZodType<Value, string | number>) =>
  text.transform((value, context) => {
    if (value === '') return null
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    context.addIssue({ code: 'custom', message: parsed.error.issues[0]?.message ?? 'is invalid' })
    return z.NEVER
  })

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** A duration as people write it: the largest unit that leaves no rest. @param ms a whole number */
export const writeDuration = (ms: number): string => {
  const [unit, size] = UNITS.find(([, each]) => ms % each === 0) ?? ['ms', 1]
  return `${ms / size}${unit}`
}

/** Fields that are missing stay as they are. @param sections ids of the taxonomy */
export const settingsForm = (sections: readonly string[]) =>
  z
    .object({
      name: text.pipe(z.string().min(1, 'must not be empty').max(200, 'must have at most 200 characters')).optional(),
      section: text.refine(id => sections.includes(id), `must be one of ${sections.join(', ')}`).optional(),
      weight: text
        .transform(value => (value === '' ? Number.NaN : Number(value)))
        .pipe(z.number('must be a number from 0 to 10').min(0, 'must be 0 or more').max(10, 'must be 10 or less'))
        .optional(),
      language: orNone(Source.shape.language.unwrap()).optional(),
      interval: orNone(span('1s')).optional(),
    })
    .transform(fields => SourceSettings.parse(fields))
