/** What a server says about time in its headers: how long to stay away, how long its answer stays fresh. (pure) */

export type Headers = Readonly<Record<string, string | string[] | undefined>>

/** A header's first value, or null. */
export const header = (headers: Headers, name: string): string | null => {
  const value = headers[name]
  return (Array.isArray(value) ? value[0] : value) ?? null
}

/** All values of a header that is a list, joined as one; null if it has none (RFC 9110, 5.3). */
export const headerList = (headers: Headers, name: string): string | null =>
  [headers[name] ?? []].flat().join(', ') || null

/** The longest pause that a server can ask for, ms. */
export const MAX_RETRY_AFTER = 86_400_000

/**
 * Retry-After (RFC 9110, 10.2.3): seconds or an HTTP date -> ms from now, never negative; undefined for what is
 * neither.
 */
export const parseRetryAfter = (written: string | null, now: number): number | undefined => {
  if (written === null) return undefined
  const text = written.trim()
  if (/^\d+(?:\.\d*)?$/.test(text)) return Math.min(Math.ceil(Number(text) * 1_000), Number.MAX_SAFE_INTEGER)
  // Date.parse reads `-5` and `1.5.` as years; an HTTP date names its month, an ISO one has its dashes.
  if (!/[a-z]{3}|\d{4}-\d\d-\d\d/i.test(text)) return undefined
  // An asctime date (RFC 9110, 5.6.7) carries no zone and means GMT.
  const at = Date.parse(/^[a-z]{3} [a-z]{3} [ \d]\d [\d:]{8} \d{4}$/i.test(text) ? `${text} GMT` : text)
  return Number.isFinite(at) ? Math.max(0, at - now) : undefined
}

/** Cache-Control max-age less Age, else Expires -> ms, or null. */
export const parseFreshFor = (headers: Headers, now: number): number | null => {
  const maxAge = /\bmax-age\s*=\s*"?(\d{1,9})/i.exec(header(headers, 'cache-control') ?? '')?.[1]
  if (maxAge !== undefined) return Math.max(0, Number(maxAge) - Number(header(headers, 'age') ?? 0)) * 1_000
  const expires = Date.parse(header(headers, 'expires') ?? '')
  return Number.isFinite(expires) ? Math.max(0, expires - now) : null
}

/** Whether a server declares how long its answer stays fresh, even if that is zero. */
export const saysFresh = (headers: Headers): boolean =>
  header(headers, 'cache-control') !== null || header(headers, 'expires') !== null

/**
 * Parses a reset, written as seconds from now, as a time in seconds or ms since the epoch, or as a date -> ms from now.
 */
const parseReset = (written: string | null, now: number): number | undefined => {
  if (written === null) return undefined
  const value = Number(/^\s*(\d+(?:\.\d+)?)/.exec(written)?.[1] ?? Number.NaN)
  if (!Number.isFinite(value) || /[a-z]{3}|\d{4}-\d\d/i.test(written)) return parseRetryAfter(written, now)
  if (value > 100_000_000_000) return Math.max(0, value - now)
  if (value > 100_000_000) return Math.max(0, value * 1_000 - now)
  return value * 1_000
}

const number = (written: string | null): number | null => {
  const digits = /^\s*"?(\d+(?:\.\d+)?)/.exec(written ?? '')?.[1]
  return digits === undefined ? null : Number(digits)
}

/** One parameter of a structured header such as `"default";r=0;t=50` or `limit=10, remaining=0, reset=50`. */
const parameter = (written: string, name: string): number | null =>
  number(new RegExp(`(?:^|[;,\\s])${name}\\s*=\\s*([^;,]+)`, 'i').exec(written)?.[1] ?? null)

/** One rate limit as a server reports it: requests left, and ms until it is reset. */
interface Allowance {
  readonly remaining: number
  readonly reset: number
}

/**
 * Parses the rate limits that a server reports: `X-RateLimit-*`, `X-Rate-Limit-*`, `RateLimit-*`, and `RateLimit` with
 * `RateLimit-Policy` (IETF draft-ietf-httpapi-ratelimit-headers, in its older and its structured form).
 */
const parseAllowances = (headers: Headers, now: number): Allowance[] => {
  const allowances: Allowance[] = []
  for (const prefix of ['x-ratelimit', 'x-rate-limit', 'ratelimit']) {
    const remaining = number(header(headers, `${prefix}-remaining`))
    const reset = parseReset(header(headers, `${prefix}-reset`), now)
    if (remaining !== null && reset !== undefined) allowances.push({ remaining, reset })
  }
  const limit = header(headers, 'ratelimit')
  if (limit === null) return allowances
  const policies = (header(headers, 'ratelimit-policy') ?? '').split(',')
  const isStructured = /;\s*r\s*=/i.test(limit)
  for (const item of isStructured ? limit.split(',') : [limit]) {
    const remaining = parameter(item, isStructured ? 'r' : 'remaining')
    if (remaining === null) continue
    const name = item.split(';')[0]?.trim()
    const policy = policies.find(each => each.split(';')[0]?.trim() === name) ?? policies[0] ?? ''
    const seconds = parameter(item, isStructured ? 't' : 'reset') ?? parameter(policy, 'w')
    if (seconds !== null) allowances.push({ remaining, reset: seconds * 1_000 })
  }
  return allowances
}

/**
 * How long the server must not be requested, because its rate limit is used up.
 * @returns ms, or undefined if requests are left or no rate limit is reported
 */
export const parseRateLimit = (headers: Headers, now: number): number | undefined => {
  // GitHub and others write 0.0; less than one request left counts as none.
  const waits = parseAllowances(headers, now).flatMap(({ remaining, reset }) => (remaining < 1 ? [reset] : []))
  return waits.length === 0 ? undefined : Math.max(...waits)
}

/**
 * Gap between two requests at which the rest of a rate limit lasts until it is reset; if only a policy is reported
 * (`RateLimit-Policy: "default";q=60;w=3600`), the gap that complies with it.
 * @returns ms, or undefined if nothing is reported or nothing is left
 */
export const parsePace = (headers: Headers, now: number): number | undefined => {
  const left = parseAllowances(headers, now).flatMap(({ remaining, reset }) =>
    remaining >= 1 ? [reset / remaining] : [],
  )
  const policies = (header(headers, 'ratelimit-policy') ?? '').split(',').flatMap(policy => {
    const quota = parameter(policy, 'q') ?? number(policy)
    const seconds = parameter(policy, 'w')
    return quota !== null && quota >= 1 && seconds !== null ? [(seconds * 1_000) / quota] : []
  })
  const paces = left.length > 0 ? left : policies
  return paces.length === 0 ? undefined : Math.max(...paces)
}

/** Whether a 403 means too many requests: a challenge, a verdict of a firewall, or a used-up rate limit. */
export const isLimitedBy403 = (headers: Headers, now: number): boolean =>
  header(headers, 'retry-after') !== null ||
  parseRateLimit(headers, now) !== undefined ||
  header(headers, 'cf-mitigated') !== null ||
  header(headers, 'x-amzn-waf-action') !== null ||
  /^(?:challenge|captcha)/i.test(header(headers, 'x-sucuri-block') ?? '')
