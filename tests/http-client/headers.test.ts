import { describe, expect, it } from 'vitest'
import { isLimitedBy403, parsePace, parseRateLimit, parseRetryAfter } from '../../src/http-client/headers.ts'

const NOON = Date.UTC(2026, 4, 4, 12)

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [' 120 ', 120_000],
    ['0', 0],
    ['1.5', 1_500],
    ['99999999999', 99_999_999_999_000],
    ['Mon, 04 May 2026 12:01:00 GMT', 60_000],
    ['Monday, 04-May-26 12:01:00 GMT', 60_000],
    ['Mon May  4 12:01:00 2026', 60_000],
    ['2026-05-04T12:01:00Z', 60_000],
    ['Mon, 04 May 2026 11:00:00 GMT', 0],
  ])('Retry-After %j is parsed', (written, ms) => {
    expect(parseRetryAfter(written, NOON)).toBe(ms)
  })

  it.each(['', 'soon', '-5', 'NaN', '12 minutes', '1e3', null])('Retry-After %j is ignored', written => {
    expect(parseRetryAfter(written, NOON)).toBeUndefined()
  })
})

describe('an exhausted rate limit', () => {
  it.each([
    ['seconds', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '50' }, 50_000],
    ['fractions', { 'x-ratelimit-remaining': '0.0', 'x-ratelimit-reset': '59.5' }, 59_500],
    ['a time in seconds', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOON / 1_000 + 50) }, 50_000],
    ['a time in ms', { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(NOON + 50_000) }, 50_000],
    ['a time long past', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOON / 1_000 - 50) }, 0],
    ['a date', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'Mon, 04 May 2026 12:00:50 GMT' }, 50_000],
    ['three headers of a draft', { 'ratelimit-remaining': '0', 'ratelimit-reset': '50' }, 50_000],
    ['one header of a draft', { ratelimit: 'limit=100, remaining=0, reset=50' }, 50_000],
    ['a structured header', { ratelimit: '"default";r=0;t=50', 'ratelimit-policy': '"default";q=100;w=3600' }, 50_000],
    ['the window of its policy', { ratelimit: '"b";r=0', 'ratelimit-policy': '"a";q=1;w=9, "b";q=100;w=60' }, 60_000],
    ['the worse of two', { ratelimit: '"a";r=0;t=5, "b";r=0;t=50' }, 50_000],
  ])('an exhausted rate limit makes us wait for its reset, given by %s', (_, headers, ms) => {
    expect(parseRateLimit(headers, NOON)).toBe(ms)
  })

  it.each([
    [{}],
    [{ 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '50' }],
    [{ 'x-ratelimit-remaining': '0' }],
    [{ ratelimit: '"default";r=12;t=50' }],
    [{ ratelimit: 'limit=100, remaining=3, reset=50' }],
  ])('the headers %j report no exhausted rate limit', headers => {
    expect(parseRateLimit(headers, NOON)).toBeUndefined()
  })
})

describe('a rate limit that is not exhausted', () => {
  it.each([
    ['what is left of it', { 'x-ratelimit-remaining': '30', 'x-ratelimit-reset': '600' }, 20_000],
    ['the tightest of several', { ratelimit: '"a";r=100;t=50, "b";r=5;t=50' }, 10_000],
    ['its policy alone', { 'ratelimit-policy': '"default";q=60;w=3600' }, 60_000],
    ['a policy of an older draft', { 'ratelimit-policy': '10;w=1, 100;w=3600' }, 36_000],
    ['what is left, before its policy', { ratelimit: '"d";r=50;t=100', 'ratelimit-policy': '"d";q=60;w=3600' }, 2_000],
  ])('a rate limit that is not exhausted sets the pace by %s', (_, headers, ms) => {
    expect(parsePace(headers, NOON)).toBe(ms)
    expect(parseRateLimit(headers, NOON)).toBeUndefined()
  })

  it.each([[{}], [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '50' }], [{ 'ratelimit-policy': 'none' }]])(
    'the headers %j set no pace for requests',
    headers => {
      expect(parsePace(headers, NOON)).toBeUndefined()
    },
  )
})

describe('a response of 403', () => {
  it('a response of 403 means too many requests if its headers say so', () => {
    expect(isLimitedBy403({ 'retry-after': '5' }, NOON)).toBe(true)
    expect(isLimitedBy403({ 'cf-mitigated': 'challenge', server: 'cloudflare' }, NOON)).toBe(true)
    expect(isLimitedBy403({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '5' }, NOON)).toBe(true)
    expect(isLimitedBy403({ server: 'cloudflare' }, NOON)).toBe(false)
  })
})
