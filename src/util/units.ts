/**
 * Units that people write in configuration: durations such as `90s` and sizes such as `10MB`, parsed to plain numbers.
 */

import { z } from 'zod'

const MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const BYTES = { B: 1, KB: 1_024, MB: 1_024 ** 2, GB: 1_024 ** 3 } as const

const unitHint = (units: object, example: string): string =>
  `must be a number with a unit (${Object.keys(units).join(', ')}), such as ${example}`

const amount = <Unit extends string>(units: Record<Unit, number>, example: string) =>
  z.union([z.string(), z.number()], { error: unitHint(units, example) }).transform((written, context) => {
    const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(String(written))
    const unit = match?.[2] as Unit | undefined
    if (match && unit !== undefined && Object.hasOwn(units, unit)) return Math.round(Number(match[1]) * units[unit])
    context.addIssue({
      code: 'custom',
      message: unitHint(units, example),
    })
    return z.NEVER
  })

/** Ten years: anything longer is a mistake, and exceeds what timers, expiries or dates can hold. */
const MAX_DURATION = '3650d'

const parseMs = (written: string): number => {
  const [, number = '', unit = ''] = /^([\d.]+)([a-z]+)$/.exec(written) ?? []
  return Number(number) * MS[unit as keyof typeof MS] // written in code, always with a unit
}

/** A duration such as `500ms`, `90s`, `10m`, `24h` or `7d`; parsed to ms. */
export const Duration = amount(MS, '10m').refine(ms => ms <= parseMs(MAX_DURATION), `must be ${MAX_DURATION} at most`)

/** A size such as `64KB` or `10MB` (1 KB is 1,024 bytes); parsed to bytes. */
export const Size = amount(BYTES, '10MB')

/** A duration within bounds, which are written as durations too. */
export const span = (least: string, most = MAX_DURATION) =>
  amount(MS, '10m').refine(
    ms => ms >= parseMs(least) && ms <= parseMs(most),
    most === MAX_DURATION
      ? `must be ${least} or longer, and ${MAX_DURATION} at most`
      : `must be from ${least} to ${most}`,
  )

/** A size of at least that many bytes. */
export const sizeFrom = (least: number, written: string) =>
  Size.refine(bytes => bytes >= least, `must be ${written} or more`)

/** Whether a cron schedule can fire evenly every so many ms: the interval divides a minute, an hour or a day. */
export const isTick = (ms: number): boolean =>
  [
    { size: 1_000, count: 60 },
    { size: 60_000, count: 60 },
    { size: 3_600_000, count: 24 },
  ].some(({ size, count }) => {
    const n = ms / size
    return Number.isInteger(n) && n >= 1 && n < count && count % n === 0
  })

/** An interval of a cron schedule; parsed to ms. */
export const Tick = Duration.refine(
  isTick,
  'must divide a minute, an hour or a day evenly: 1s, 5s, 10s, 30s, 1m, 5m, 1h or the like',
)

/** Address on which a server listens: a name or an IP address, without a port. */
export const ListenHost = z
  .string()
  .refine(
    host =>
      /^[\w.:%-]+$/.test(host) &&
      URL.canParse(`http://${host.includes(':') ? `[${host.replace(/%\w+$/, '')}]` : host}/`),
    'must be a name or an IP address, such as 127.0.0.1 or ::, without a port',
  )

/** An absolute http or https URL, or nothing. */
export const OptionalUrl = (example: string) =>
  z
    .string()
    .refine(
      url => url === '' || (/^https?:\/\/\S+$/.test(url) && URL.canParse(url)),
      `must be an http or https URL, such as ${example}, or empty`,
    )

/** Text that may be used in an HTTP header. */
export const HeaderText = z
  .string()
  .refine(text => /^[\x20-\x7e\xa0-\xff]*$/.test(text), 'must be one line of Latin letters: it is sent in a header')
