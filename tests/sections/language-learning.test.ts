import { describe, expect, it } from 'vitest'
import type { Article } from '../../src/domain/article.ts'
import { createLearning } from '../../src/sections/learning.ts'
import { loadSectionModel, replayTexts } from '../../src/sections/model-loader.ts'
import { anArticle, NOON } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'
import { taxonomy } from '../support/taxonomy.ts'

const { redis, keys } = testRedis()
const model = loadSectionModel()

const replica = (at = NOON) =>
  createLearning({ redis, keys, model, replay: replayTexts(model), taxonomy: () => taxonomy, now: () => at })

const WORDS = {
  sports: 'le match, la finale, un but, l’entraîneur, le championnat, la victoire, le gardien, les joueurs',
  business: 'la Bourse, les actions, le chômage, la banque, l’inflation, les salaires, les bénéfices, le déficit',
  health: 'le vaccin, les patients, l’hôpital, le cancer, les médecins, l’épidémie, le traitement, les soins',
} as const
type Known = keyof typeof WORDS

const said = (section: Known, n: number): string => {
  const words = WORDS[section].split(', ')
  return `${words[n % 8]} et ${words[(n * 3 + 1) % 8]} : ce que l’on sait (${n})`
}

const filed = (count: number, language = 'fr', source = 'courrier'): Article[] =>
  Array.from({ length: count }, (_, n) => {
    const section = (['sports', 'business', 'health'] as const)[n % 3] ?? 'sports'
    return {
      ...anArticle({
        source,
        title: said(section, n),
        firstSeenAt: NOON - n,
        evidence: [{ section, from: 'category', what: section, weight: 0.9 }],
      }),
      language,
    }
  })

const french = (title: string) => ({ title, summary: '', language: 'fr' })

describe('a language that the model does not know', () => {
  it('a language that the model does not know yields no section until publishers filed 75 articles in it, and does from then on', async () => {
    const learning = replica()
    await learning.learn(filed(74))
    expect(learning.classify(french('Un but du gardien en finale'))).toEqual([])
    await learning.learn(filed(120))
    expect(learning.classify(french('Un but du gardien en finale'))[0]?.section).toBe('sports')
    expect(learning.classify(french('L’épidémie gagne les hôpitaux'))[0]?.section).toBe('health')
    expect(learning.classify({ ...french('Un but du gardien en finale'), language: 'it' })).toEqual([])
  })

  it('a language that the model does not know is learnt alike by every replica, and each article counts once', async () => {
    await replica().learn(filed(120))
    expect(await redis.zcard(keys.learnedLanguage('fr'))).toBe(120)
    const other = replica()
    await other.refresh()
    expect(other.classify(french('La banque et les salaires'))[0]?.section).toBe('business')
  })

  it('a language that the model does not know takes no more than its share of Redis, and expires', async () => {
    await replica().learn(filed(1_000, 'es'))
    expect(await redis.zcard(keys.learnedLanguage('es'))).toBe(900)
    expect(await redis.ttl(keys.learnedLanguage('es'))).toBeGreaterThan(0)
    const tags = 'it nl pl pt ru sv tr uk ar ja ko zh da fi cs hu ro el'.split(' ')
    for (const language of tags) await replica().learn(filed(3, language))
    expect(await redis.scard(keys.learnedLanguages())).toBe(16)
    await redis.del(keys.learnedLanguage('it'))
    await replica().refresh()
    expect(await redis.sismember(keys.learnedLanguages(), 'it')).toBe(0)
  })

  it('a language that the model does not know is not learnt from articles without a section by their publisher', async () => {
    await replica().learn(filed(90, 'no').map(article => ({ ...article, evidence: [] })))
    expect(await redis.exists(keys.learnedLanguage('no'))).toBe(0)
  })
})

describe('the sections of a source', () => {
  it('the sections of a source are used from thirty articles on, and set the weight of its default section', async () => {
    const learning = replica()
    const source = anArticle({ source: 'herald' }).sources[0]
    if (source === undefined) throw new Error('an article has a source')
    await learning.learn(filed(29, 'en', 'herald'))
    expect(learning.describeSource({ id: source, section: 'sports' })).toBeUndefined()
    await learning.learn(filed(31, 'en', 'herald'))
    const use = learning.describeSource({ id: source, section: 'sports' })
    expect(use?.defaultShare).toBeCloseTo(1 / 3, 1)
    expect([...(use?.sections ?? [])].sort()).toEqual(['business', 'health', 'sports'])
  })

  it('the sections of a source are counted over its latest articles, in bounded space', async () => {
    const learning = replica()
    for (let batch = 0; batch < 20; batch++) await learning.learn(filed(99, 'en', 'gazette'))
    const counts = await redis.hvals(keys.sourceSections('gazette'))
    expect(counts.reduce((sum, count) => sum + Number(count), 0)).toBeLessThanOrEqual(500)
    expect(await redis.ttl(keys.sourceSections('gazette'))).toBeGreaterThan(0)
  })
})
