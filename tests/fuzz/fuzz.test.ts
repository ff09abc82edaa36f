import { describe, expect, it } from 'vitest'
import { seeded } from '../../src/util/seeded-random.ts'
import { bytesOf, everyFormat } from '../feeds/build.ts'
import { mutate } from './mutate.ts'
import { brokenPromises } from './promises.ts'

describe('fuzzing', () => {
  it('fuzzing generates the same inputs for the same seed, and others for another', () => {
    const document = Buffer.from(everyFormat()['rss.xml'] ?? '')
    const made = (seed: number) => {
      const random = seeded(seed)
      return Buffer.concat(Array.from({ length: 20 }, () => mutate(document, document, random))).toString('base64')
    }
    expect(made(1)).toBe(made(1))
    expect(made(1)).not.toBe(made(2))
  })

  it.each(Object.keys(everyFormat()))('fuzzing finds no broken promise in %s', async name => {
    expect(await brokenPromises(bytesOf(everyFormat()[name] ?? ''))).toEqual([])
  })
})
