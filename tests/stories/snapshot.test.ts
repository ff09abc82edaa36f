import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StorySettings } from '../../src/config/sections/stories.ts'
import type { Article, ArticleId } from '../../src/domain/article.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { readHashKey } from '../../src/stories/hash-key.ts'
import { type Clusterer, createClusterer } from '../../src/stories/rules/clusterer.ts'
import { extractFeatures, toStoryInput } from '../../src/stories/rules/features.ts'
import { BUILT_WITH, createSnapshot } from '../../src/stories/snapshot.ts'
import { createStories } from '../../src/stories/stories.ts'
import { PartsFileError, readParts, writeParts } from '../../src/util/parts-file.ts'
import { seeded } from '../../src/util/seeded-random.ts'
import { anArticle, NOON } from '../support/articles.ts'
import { aFolder } from '../support/folder.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
const settings = StorySettings.parse({})
const folder = aFolder('snapshot')
let files = 0
const aFile = () => join(folder, `stories-${files++}`)

/** Articles on a few events, in a vocabulary of their own, so that they join, merge and part; some are reprints. */
const someArticles = (seed: number, count: number): Article[] => {
  const random = seeded(seed)
  const pick = (most: number): number => Math.floor(random() * most)
  const letters = (n: number): string => String.fromCharCode(97 + (n % 26)) + String.fromCharCode(97 + (n % 7))
  return Array.from({ length: count }, (_, n) => {
    const event = pick(6)
    const words = Array.from({ length: 12 }, () => `event${letters(event)}word${letters(pick(16))}`)
    const [title, summary] = [words.slice(0, 6).join(' '), words.slice(6).join(' ')]
    return anArticle({
      ...{ title, summary, source: `paper${pick(4)}`, language: pick(9) === 0 ? 'de' : 'en' },
      url: `https://paper.example/${seed}/${n}`,
      publishedAt: NOON + pick(72) * 3_600_000,
    })
  })
}

type Step = { readonly kind: 'decide' | 'split' | 'rollBack'; readonly hours: number; readonly among: number }

/** Takes the same steps with any clusterer that is in the same state. */
const play = (clusterer: Clusterer, articles: readonly Article[], steps: readonly Step[], began: number) => {
  let at = began
  const told: unknown[] = []
  for (const [index, { kind, hours, among }] of steps.entries()) {
    at += hours * 3_600_000
    const features = extractFeatures(toStoryInput(articles[index] as Article))
    if (kind === 'split') {
      const ids = articles.slice(0, index).map(({ id }) => id)
      const first = ids[among % Math.max(1, ids.length)]
      const pin = first === undefined ? null : clusterer.planSplit([first], at)
      if (pin) clusterer.fold({ pin, at })
      told.push(pin)
      continue
    }
    clusterer.beginTrial(at)
    const decided = clusterer.known(features) ?? clusterer.decide(features, at)
    if (kind === 'rollBack') clusterer.rollBack()
    else clusterer.commitTrial()
    told.push(decided)
  }
  return { told, at }
}

const steps = (length: number) =>
  fc.array(
    fc.record({
      kind: fc.constantFrom<Step['kind']>('decide', 'decide', 'decide', 'split', 'rollBack'),
      hours: fc.constantFrom(0, 0, 1, 5, 40),
      among: fc.nat(100),
    }),
    { minLength: length, maxLength: length },
  )

describe('a saved index of stories', () => {
  it('a restored index of stories decides like the saved one after any history, and ends in the same state', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000), steps(60), steps(60), async (seed, before, after) => {
        const [first, second] = [someArticles(seed, 60), someArticles(seed + 1, 60)]
        const one = createClusterer(() => settings)
        const { at } = play(one, first, before, NOON)
        const file = aFile()
        await writeParts(file, one.saved.save())
        const other = createClusterer(() => settings)
        for await (const part of readParts(file)) other.saved.restore(part)
        expect(other.size).toBe(one.size)
        expect(other.listStories()).toEqual(one.listStories())
        expect(play(other, second, after, at)).toEqual(play(one, second, after, at))
        const ids = [...first, ...second].map(({ id }) => id)
        const explained = (clusterer: Clusterer) => ids.map(id => [clusterer.findStory(id), clusterer.explain(id)])
        expect(explained(other)).toEqual(explained(one))
      }),
      { numRuns: 10 },
    )
  }, 60_000)
})

const warnings: unknown[] = []
const log = { warn: (...told: unknown[]) => void warnings.push(told) }
let run = 0
const aLog = () => keysFor(`${keys.prefix}-snapshot-${run++}`)

const aWorker = (of: ReturnType<typeof aLog>, file: string, now = Date.now) =>
  createStories({
    ...{ redis, keys: of, settings: () => settings, now },
    snapshot: createSnapshot({ redis, keys: of, file, log }),
  })

const fresh = (n: number): Article[] => someArticles(n, 40).map(each => ({ ...each, publishedAt: Date.now() }))

describe('a restarted process', () => {
  it('a restarted process restores earlier decisions from its snapshot file, and reads only the rest from the log', async () => {
    const [of, file, before, after] = [aLog(), aFile(), fresh(1), fresh(2)]
    const worker = aWorker(of, file)
    const decided = await worker.decide(before)
    await worker.save()
    await worker.decide(after)
    // Gone from the log but for the last entry that was saved: only the file can know these.
    const entries = await redis.xrange(of.storyLog(), '-', '+')
    for (const [id] of entries.slice(0, before.length - 1)) await redis.xdel(of.storyLog(), id)
    const again = aWorker(of, file)
    expect((await again.decide(before)).map(({ story }) => story)).toEqual(
      (await worker.decide(before)).map(({ story }) => story),
    )
    expect(await again.explain(after[7]?.id as ArticleId)).toEqual(await worker.explain(after[7]?.id as ArticleId))
    expect(decided).toHaveLength(before.length)
  })

  it('a snapshot file of another log, or of a log that was cleared, is not used', async () => {
    const [of, other, file, articles] = [aLog(), aLog(), aFile(), fresh(3)]
    const worker = aWorker(of, file)
    await worker.decide(articles)
    await worker.save()
    expect(await aWorker(other, file).explain(articles[0]?.id as ArticleId)).toBeNull()
    await redis.del(of.storyLog())
    expect(await aWorker(of, file).explain(articles[0]?.id as ArticleId)).toBeNull()
    expect(await worker.explain(articles[0]?.id as ArticleId)).toBeNull()
  })

  it('a snapshot file of a version with other modules or word tables is not used', async () => {
    const [of, file, code, articles] = [aLog(), aFile(), aFolder('snapshot-code'), fresh(8)]
    const builtWith = [pathToFileURL(`${code}/`)]
    mkdirSync(join(code, 'tables'))
    const table = join(code, 'tables', 'en.txt')
    writeFileSync(table, 'ferry')
    const open = () => createSnapshot({ redis, keys: of, file, log, builtWith })
    const worker = createStories({ ...{ redis, keys: of, settings: () => settings, now: Date.now }, snapshot: open() })
    await worker.decide(articles)
    await worker.save()
    const [[last = ''] = []] = await redis.xrevrange(of.storyLog(), '+', '-', 'COUNT', 1)
    const key = await readHashKey(redis, of)
    const restore = () => open().restore(createClusterer(() => settings, key).saved, key)
    expect(await restore()).toBe(last)
    writeFileSync(table, 'harbour')
    expect(await restore()).toBeNull()
  })

  it('every module that builds the index of stories is part of the version of its snapshot file', () => {
    const reached = new Set<string>()
    const follow = (module: URL): void => {
      if (reached.has(module.href)) return
      reached.add(module.href)
      const imported = readFileSync(module, 'utf8').matchAll(/^(?:import|export) (?!type )[^']*?from '(\.[^']+)'/gm)
      for (const [, path = ''] of imported) follow(new URL(path, module))
    }
    follow(new URL('../../src/stories/rules/clusterer.ts', import.meta.url))
    follow(new URL('../../src/util/parts-file.ts', import.meta.url))
    expect(reached.size).toBeGreaterThan(30)
    // The same modules whether the source or the build is under test.
    const nameOf = (href: string) => href.replace(/\/dist\/src\//, '/src/').replace(/\.[jt]s$/, '')
    const covered = BUILT_WITH.map(({ href }) => nameOf(href))
    expect([...reached].filter(module => !covered.some(name => nameOf(module).startsWith(name)))).toEqual([])
  })

  it('a damaged snapshot file is reported once, and the log is read instead', async () => {
    const [of, file, articles] = [aLog(), aFile(), fresh(4)]
    const worker = aWorker(of, file)
    await worker.decide(articles)
    await worker.save()
    truncateSync(file, Math.floor(readFileSync(file).length / 2))
    warnings.length = 0
    const again = aWorker(of, file)
    const id = articles[5]?.id as ArticleId
    expect((await again.explain(id))?.decision).toEqual((await worker.explain(id))?.decision)
    expect(warnings).toHaveLength(1)
    expect(JSON.stringify(warnings)).toContain('the saved index of stories is unusable')
  })

  it('a file that is no snapshot is reported, and the log is read instead', async () => {
    const [of, file, articles] = [aLog(), aFile(), fresh(8)]
    await aWorker(of, '').decide(articles)
    for (const value of [null, 7, { last: 'yesterday' }]) {
      await writeParts(file, [{ name: 'identity', value }])
      warnings.length = 0
      expect(await aWorker(of, file).explain(articles[0]?.id as ArticleId)).not.toBeNull()
      expect(warnings).toEqual([
        [expect.objectContaining({ err: new PartsFileError('it does not say what it is of') }), expect.any(String)],
      ])
    }
  })

  it('a snapshot file that cannot be written is reported, and articles are still decided', async () => {
    const file = join(import.meta.filename, 'stories')
    const worker = aWorker(aLog(), file)
    warnings.length = 0
    expect(await worker.decide(fresh(5))).toHaveLength(40)
    await worker.save()
    expect(JSON.stringify(warnings)).toContain('stories.snapshotFile')
  })

  it('an index of stories without changes is not saved again', async () => {
    const [of, file] = [aLog(), aFile()]
    const worker = aWorker(of, file)
    await worker.decide(fresh(6))
    await worker.save()
    truncateSync(file)
    await worker.save()
    expect(readFileSync(file)).toHaveLength(0)
  })

  it('an index of stories that has grown by two thousand articles is saved automatically', async () => {
    const [of, file] = [aLog(), aFile()]
    const worker = aWorker(of, file)
    const articles = someArticles(7, 2_100).map(each => ({ ...each, publishedAt: Date.now() }))
    await worker.decide(articles.slice(0, 1_500))
    expect(() => readFileSync(file)).toThrow()
    await worker.decide(articles.slice(1_500))
    expect(readFileSync(file).length).toBeGreaterThan(100_000)
  }, 60_000)
})
