import { describe, expect, it } from 'vitest'
import type { Article } from '../../src/domain/article.ts'
import { Section } from '../../src/domain/section.ts'
import { createLearning } from '../../src/sections/learning.ts'
import { loadSectionModel, replayTexts } from '../../src/sections/model-loader.ts'
import { anArticle, NOON } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'
import { taxonomy } from '../support/taxonomy.ts'

const { redis, keys } = testRedis()
const model = loadSectionModel()
const sections = [...taxonomy, Section.parse({ id: 'motor', labels: { en: 'Motor' } })]
const words = ['hatchback', 'gearbox', 'roadster', 'convertible', 'saloon', 'coupe', 'diesel', 'torque']

const replica = () =>
  createLearning({ redis, keys, model, replay: replayTexts(model), taxonomy: () => sections, now: () => NOON })

const filed = (source: string, count: number): Article[] =>
  Array.from({ length: count }, (_, n) =>
    anArticle({
      source,
      title: `${words[n % 8]} and ${words[(n * 3 + 1) % 8]} on test ${n}`,
      firstSeenAt: NOON - n,
      evidence: [{ section: 'motor', from: 'category', what: 'Motor', weight: 0.9 }],
    }),
  )

describe('sections given by publishers', () => {
  it('sections given by publishers teach every replica a section of the operator, once however often an article is ingested', async () => {
    const first = replica()
    const batch = [...filed('courier', 60), ...filed('gazette', 60)]
    await first.learn(batch)
    await first.learn(batch)
    expect(await redis.zcard(keys.learned('motor'))).toBe(120)

    const second = replica()
    await second.refresh()
    const [best] = second.classify({ title: 'A roadster with a new gearbox', summary: '', language: 'en' })
    expect(best?.section).toBe('motor')
  })

  it('sections given by publishers teach the model nothing in a language it does not know, whatever is declared', async () => {
    const learning = replica()
    const before = await redis.zcard(keys.learned('motor'))
    const [one, other] = [filed('courrier', 5), filed('unsaid', 5)]
    await learning.learn(one.map(article => ({ ...article, language: 'fr' })))
    await learning.learn(other.map(article => ({ ...article, title: 'Essai du coupé diesel', language: 'en' })))
    expect(await redis.zcard(keys.learned('motor'))).toBe(before)
    const text = { title: 'A roadster with a new gearbox', summary: '' }
    expect(learning.classify({ ...text, language: 'fr' })).toEqual([])
  })

  it('an article without a certain section is classified once, at ingestion, and not again when it is learnt from', async () => {
    let readings = 0
    const counted = {
      ...model,
      get words() {
        readings += 1
        return model.words
      },
    }
    const learning = createLearning({
      ...{ redis, keys, model: counted, replay: [], taxonomy: () => sections, now: () => NOON },
    })
    const article = anArticle({ source: 'observer', title: 'The striker scored twice as the team won the cup final' })
    await learning.refresh()
    readings = 0
    const [guess] = learning.classify({ title: article.title, summary: article.summary, language: article.language })
    expect(readings).toBe(1)
    await learning.learn([article])
    expect(readings).toBe(1)
    expect(await redis.hgetall(keys.sourceSections('observer'))).toEqual({ [guess?.section ?? '']: '1' })
  })

  it("learning from publishers' sections uses no more than a fixed share from one source", async () => {
    const learning = replica()
    await learning.refresh()
    await learning.learn(filed('flood', 500))
    const members = await redis.zrange(keys.learned('motor'), '0', '-1')
    expect(members.filter(member => member.startsWith('flood ')).length).toBeLessThanOrEqual(80)
    expect(members.length).toBeLessThanOrEqual(240)
    expect(await redis.ttl(keys.learned('motor'))).toBeGreaterThan(0)
  })

  it("learning from publishers' sections yields to other work, and learns each example only once", async () => {
    const learning = replica()
    for (const source of ['courier', 'gazette', 'herald']) await learning.learn(filed(source, 80))
    const answersDuring = async (work: Promise<void>): Promise<number> => {
      const all = { answers: 0, over: false }
      void work.finally(() => {
        all.over = true
      })
      while (!all.over) {
        await redis.ping()
        all.answers++
      }
      return all.answers
    }
    const anew = await answersDuring(replica().refresh())
    expect(anew).toBeGreaterThan(20)

    await learning.refresh()
    expect(await answersDuring(learning.refresh())).toBeLessThan(anew / 2)
  })
})
