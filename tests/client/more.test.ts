import { describe, expect, it } from 'vitest'
import { readMore } from '../../src/client/index.ts'
import { anArticle, NOON, newIn } from '../support/articles.ts'
import { aListRoom } from '../support/lists.ts'

const room = aListRoom()
const desk = room.open()
const { redis, keys } = room
const at = (minute: number) => ({ publishedAt: NOON - (60 - minute) * 60_000 })

const [ferry, angle, later, repeated, same] = [
  anArticle({ title: 'Ferry treaty signed after night of talks', ...at(0) }),
  anArticle({ title: 'What the crews gain from it', source: 'herald', ...at(1) }),
  anArticle({ title: 'Harbour towns fear for their jobs', source: 'gazette', ...at(2) }),
  anArticle({ title: 'Night of talks: ferry treaty signed', source: 'tribune', ...at(3) }),
  anArticle({ title: 'Editorial: a good night', source: 'courier', ...at(4) }),
] as const
const reprint = anArticle({ title: 'Crews gain from treaty', source: 'wire', ...at(5) })
const alone = anArticle({ title: 'Glacier calves', source: 'herald', ...at(6) })
await desk.takeIn([
  ...[ferry, angle, later, repeated, same].map(article => ({ article, decision: newIn('s1') })),
  { article: reprint, decision: { ...newIn('s1'), kind: 'reprint' as const, of: angle.id } },
  { article: alone, decision: newIn('s2') },
])
const read = async (id: string, limit?: number) =>
  (await readMore(redis, id, { prefix: keys.prefix, ...(limit === undefined ? {} : { limit }) })).map(
    each => each.title,
  )

describe('more articles on a story', () => {
  it("more articles on a story are other sources' versions in other words, newest first, without reprints", async () => {
    expect(await read(ferry.id)).toEqual([later.title, angle.title])
    expect(await read(ferry.id, 1)).toEqual([later.title])
  })

  it('more articles on a story are none for an article that is alone or unknown', async () => {
    expect(await read(alone.id)).toEqual([])
    expect(await read('nobody')).toEqual([])
  })

  it('more articles on a story leave out what an editor blocks', async () => {
    await redis.hdel(keys.article(later.id), 'id', 'title', 'url')
    expect(await read(ferry.id)).toEqual([angle.title])
  })
})
