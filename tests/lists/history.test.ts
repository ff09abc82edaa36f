import { describe, expect, it } from 'vitest'
import type { ArticleId } from '../../src/domain/article.ts'
import { createHistoryNotes, HISTORY_STEP, readListHistory } from '../../src/lists/history.ts'
import { findMoves, listMoves, undoMoves } from '../../src/lists/rules/moves.ts'
import { createListChanges } from '../../src/use-cases/list-changes.ts'
import { seeded } from '../../src/util/seeded-random.ts'
import { anArticle, NOON, newIn } from '../support/articles.ts'
import { aListRoom } from '../support/lists.ts'

const ids = (text: string) => [...text] as ArticleId[]

describe('the moves between two states of a list', () => {
  it.each([
    ['abcd', 'abcd', null],
    ['', 'a', ['a 1']],
    ['abc', 'xabc', ['x 1']],
    ['abcd', 'acd', ['b 2>']],
    ['abcde', 'eabcd', ['e 5>1']],
    ['abcde', 'bcdea', ['a 1>5']],
    ['abcd', 'xdab', ['x 1', 'd 4>2', 'c 3>']],
    ['abc', '', ['a 1>', 'b 2>', 'c 3>']],
  ])('%j becomes %j by as few entries as explain it', (before, after, expected) => {
    const moves = findMoves(ids(before), ids(after))
    const told = moves && listMoves(moves).map(({ id, from, to }) => `${id} ${from ? `${from}>` : ''}${to ?? ''}`)
    expect(told).toEqual(expected)
  })

  it('any state is found again from the one after it', () => {
    const random = seeded(7)
    const alphabet = Array.from({ length: 60 }, (_, n) => `id${n}` as ArticleId)
    const some = () => {
      const shuffled = alphabet.map(id => [random(), id] as const).sort(([a], [b]) => a - b)
      return shuffled.slice(0, Math.floor(random() * 50)).map(([, id]) => id)
    }
    for (let run = 0; run < 500; run += 1) {
      const [before, after] = [some(), some()]
      expect(undoMoves(after, findMoves(before, after) ?? { left: [], entered: [] })).toEqual(before)
    }
  })
})

describe('the history of a list', () => {
  const room = aListRoom({ settings: { minEntries: 0, history: '2h' } })
  const { redis, keys, clock } = room
  const store = { redis, keys }
  const desk = room.open()
  const publish = async (title: string, on = desk): Promise<ArticleId> => {
    const article = anArticle({ title, url: `https://courier.example/${title}`, publishedAt: clock.now })
    await on.takeIn([{ article, decision: newIn(`s${article.id}`) }])
    await on.publisher.publish('latest')
    return article.id
  }
  const read = (since = 0) => readListHistory(store, 'latest', since)

  it('a list that was never published has no history', async () => {
    expect(await read()).toEqual({ changes: [], latest: [], before: [], isUnknown: true })
  })

  it('a history tells what entered, left and moved, and how the list stood before', async () => {
    const first = await publish('Ferry')
    expect(await read()).toEqual({ changes: [], latest: [first], before: [first], isUnknown: false })
    clock.now += HISTORY_STEP
    const second = await publish('Bridge')
    const at = clock.now
    expect(await read()).toMatchObject({
      changes: [{ at, left: [], entered: [{ id: second, rank: 1 }] }],
      latest: [second, first],
      before: [first],
    })
    clock.now += HISTORY_STEP
    await redis.del(keys.article(first))
    await desk.changes.note({ articles: [first], stories: [] })
    await desk.publisher.publish('latest')
    expect(await read()).toMatchObject({ changes: [{ left: [{ id: first, rank: 2 }] }, { at }], before: [first] })
    expect(await read(at + 1)).toMatchObject({ changes: [{ entered: [] }], before: [second, first] })

    const changes = await createListChanges({ ...store, archive: desk.archive })('latest', 0)
    expect(changes).toMatchObject({
      net: [
        { id: second, title: 'Bridge', from: null, to: 1 },
        { id: first, title: null, from: 1, to: null },
      ],
      changes: [{ moves: [{ id: first, from: 2, to: null }] }, { at, moves: [{ id: second, from: null, to: 1 }] }],
      isUnknown: false,
    })
  })

  it('changes within a minute are one, which the next publication of the list notes', async () => {
    clock.now += HISTORY_STEP
    await publish('Storm')
    const { changes } = await read()
    clock.now += 10_000
    const [fourth, fifth] = [await publish('Harbour'), await publish('Mayor')]
    expect((await read()).changes).toHaveLength(changes.length)
    clock.now += HISTORY_STEP
    await desk.publisher.publish('latest')
    const after = await read()
    expect(after.changes).toHaveLength(changes.length + 1)
    expect(after.changes[0]?.entered.map(({ id }) => id).sort()).toEqual([fourth, fifth].sort())
  })

  it('a change that two processes publish is noted once, and a process that starts goes on from there', async () => {
    const other = room.open()
    clock.now += HISTORY_STEP
    const { changes } = await read()
    const sixth = await publish('Orchestra')
    await Promise.all([desk, other, room.open()].map(each => each.publisher.publish('latest')))
    const after = await read()
    expect(after.changes).toHaveLength(changes.length + 1)
    expect(after.latest).toContain(sixth)
  })

  it('changes from before the time that is kept are removed, and a related list has no history', async () => {
    const note = createHistoryNotes({ ...store, keep: () => 5 * HISTORY_STEP })
    for (let change = 0; change < 20; change += 1)
      await note('trending', [`id${change}` as ArticleId], NOON + change * HISTORY_STEP)
    const { changes, before } = await readListHistory(store, 'trending', 0)
    expect(changes.map(({ at }) => (at - NOON) / HISTORY_STEP)).toEqual([19, 18, 17, 16, 15, 14])
    expect(before).toEqual(['id13'])
    const [article] = await room.list('latest')
    await desk.publisher.publish(`related:${article?.id}`)
    expect(await redis.exists(keys.listHistoryLatest(`related:${article?.id}`))).toBe(0)
  })

  it('a clock that was set back keeps the order of the changes', async () => {
    const { changes } = await read()
    clock.now -= 30 * 60_000
    const seventh = await publish('Vineyard')
    const after = await read()
    expect(after.changes.slice(1)).toEqual(changes)
    expect(after.changes[0]).toMatchObject({ at: clock.now, entered: [{ id: seventh }] })
    clock.now += 40 * 60_000
    await publish('Quarry')
    expect((await read()).changes.slice(1)).toEqual(after.changes)
  })

  it('nothing is noted where `lists.history` is 0', async () => {
    const none = aListRoom({ settings: { history: '0ms' } })
    await none.open().publisher.publish('latest')
    expect(await readListHistory({ redis: none.redis, keys: none.keys }, 'latest', 0)).toMatchObject({
      isUnknown: true,
    })
  })
})
