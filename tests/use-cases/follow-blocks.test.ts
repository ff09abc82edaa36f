import { describe, expect, it } from 'vitest'
import { createArticleStore } from '../../src/articles/redis-store.ts'
import { createStoryWriter } from '../../src/articles/story-writer.ts'
import { createWithholding } from '../../src/articles/withhold.ts'
import { ArticleSettings } from '../../src/config/sections/articles.ts'
import { createOverrides, EVERYWHERE } from '../../src/lists/overrides.ts'
import { createBlocks } from '../../src/use-cases/follow-blocks.ts'
import { anArticle, NOON, newIn, testLabels } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
const store = { redis, keys }
const parts = {
  ...store,
  retention: () => ArticleSettings.parse({}).retention,
  poolSize: () => 2_000,
  findWeight: () => 1,
  labels: testLabels,
  findParent: () => undefined,
}
const archive = createArticleStore(parts)
const withholding = createWithholding({ ...store, archive, writer: createStoryWriter(parts) })
const editors = createOverrides(store)
const block = (what: string) =>
  editors.place({ kind: 'block', what, list: EVERYWHERE, by: 'Ada', at: NOON, until: NOON + 60_000 })

/** Withheld, and marked in its story. */
const standing = async (id: string) => {
  const [title, story] = await redis.hmget(keys.article(id), 'title', 'story')
  return [title === null, await redis.hget(keys.story(story ?? ''), 'blocked')]
}

describe('processes that follow a block at the same time', () => {
  /** Its read of the overrides is answered late: another process ends the block, and follows that, in between. */
  const late = (between: () => Promise<unknown>) => {
    let reads = 0
    return createBlocks({
      ...{ withholding, now: () => NOON },
      editors: {
        async inForce(now) {
          const read = await editors.inForce(now)
          reads += 1
          if (reads === 1) await between()
          return read
        },
      },
    })
  }
  const prompt = createBlocks({ editors, withholding, now: () => NOON })

  it.each([
    ['all that are blocked', undefined],
    ['those of a batch', 'batch'],
  ])('a block that ends while %s are looked at leaves nothing withheld', async (_, only) => {
    const article = anArticle({ url: `https://courier.example/${only}` })
    await archive.ingest([{ article, decision: newIn(`s-${only}`) }], NOON)
    await block(article.id)
    await prompt.follow()
    expect(await standing(article.id)).toEqual([true, JSON.stringify([article.id])])

    const behind = late(async () => {
      await editors.lift('block', article.id, null, 'Ada', NOON)
      await prompt.follow()
    })
    const changes = await behind.follow(only ? [article.id] : undefined)
    expect(await standing(article.id)).toEqual([false, null])
    expect(changes.articles).toEqual([article.id])
    expect(await redis.smembers(keys.withheld())).toEqual([])
  })

  it('a block that begins while another one is followed is followed too', async () => {
    const [one, other] = ['one', 'other'].map(name => anArticle({ url: `https://courier.example/${name}` }))
    if (!one || !other) throw new Error('two articles')
    await archive.ingest(
      [one, other].map(article => ({ article, decision: newIn(`s-${article.id}`) })),
      NOON,
    )
    await block(one.id)
    const changes = await late(() => block(other.id)).follow()
    expect([...changes.articles].sort()).toEqual([one.id, other.id].sort())
    expect(await standing(other.id)).toEqual([true, JSON.stringify([other.id])])
  })
})
