import { describe, expect, it } from 'vitest'
import {
  createSamples,
  MAX_SAMPLES,
  type MetricsSample,
  packSample,
  unpackSample,
} from '../../../src/server/metrics/samples.ts'
import { testRedis } from '../../support/redis.ts'

const { redis, keys } = testRedis()
const samples = createSamples({ redis, keys })
const aSample = (at: number): MetricsSample => ({
  ...{ at, articles: 12, events: 3_000, lag: 1, oldest: 2, listAge: 20, memory: 50_000_000 },
  queues: { crawl: 4, articles: 3, publish: 2, push: 1, pages: 6 },
  states: { failing: 1, late: 2, refused: 8, retired: 3, stalled: 4, new: 5, fresh: 6, paused: 7 },
})

describe('the samples of a day', () => {
  it('the samples of a day are read back as written, oldest first, in few bytes', async () => {
    for (const at of [1_700_000_000_000, 1_700_000_060_000]) await samples.keep(aSample(at))
    expect(await samples.read()).toEqual([aSample(1_700_000_000_000), aSample(1_700_000_060_000)])
    expect(packSample(aSample(1_700_000_000_000)).length).toBeLessThan(120)
  })

  it('the samples of a day are at most one for each minute of a day', async () => {
    await redis.rpush(keys.samples(), ...Array.from({ length: MAX_SAMPLES }, () => packSample(aSample(1))))
    await samples.keep(aSample(1_700_000_120_000))
    expect(await redis.llen(keys.samples())).toBe(MAX_SAMPLES)
    expect((await samples.read()).at(-1)?.at).toBe(1_700_000_120_000)
  })

  it.each(['', '{}', '[1,2]', '["a"]'])('samples of another format version, such as %s, are ignored', packed => {
    expect(unpackSample(packed)).toBeNull()
  })
})
