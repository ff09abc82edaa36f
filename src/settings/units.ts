/** Units people write in configuration: durations such as `90s` and sizes such as `10MB`, parsed to plain numbers. */

import { z } from 'zod'

const MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const BYTES = { B: 1, KB: 1_024, MB: 1_024 ** 2, GB: 1_024 ** 3 } as const

const amount = <Unit extends string>(units: Record<Unit, number>, example: string) =>
  z.union([z.string(), z.number()]).transform((written, context) => {
    const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(String(written))
    const unit = match?.[2] as Unit | undefined
    if (match && unit !== undefined && Object.hasOwn(units, unit)) return Math.round(Number(match[1]) * units[unit])
    context.addIssue({
      code: 'custom',
      message: `must be a number with a unit (${Object.keys(units).join(', ')}), such as ${example}`,
    })
    return z.NEVER
  })

/** A duration such as `500ms`, `90s`, `10m`, `24h` or `7d`; in code: ms. */
export const Duration = amount(MS, '10m')

/** A size such as `64KB` or `10MB` (1 KB is 1,024 bytes); in code: bytes. */
export const Size = amount(BYTES, '10MB')
