import { execFileSync } from 'node:child_process'
import { describe, expect, inject, it } from 'vitest'
import { createClient, type Entry } from '../../src/client/index.ts'
import { anArticle, NOON, newIn } from '../support/articles.ts'
import { aListRoom } from '../support/lists.ts'
import { findPython } from '../support/python.ts'

const python = findPython()
const room = aListRoom()
const address = inject('redis')

describe('the example of an article page in Python', () => {
  it.skipIf(!python)('the example of an article page in Python shows what the client reads', async () => {
    const desk = room.open()
    const articles = Array.from({ length: 40 }, (_, n) =>
      anArticle({ title: `Story ${n}`, url: `https://courier.example/${n}`, publishedAt: NOON - n * 60_000 }),
    )
    await desk.takeIn(articles.map((article, n) => ({ article, decision: newIn(`s${n}`) })))
    const id = articles[3]?.id ?? ''
    for (const name of ['latest:world', 'most-read:week', 'most-read:now', 'must-reads', `related:${id}`])
      await desk.publisher.publish(name)

    const args = ['examples/article_page.py', 'socket' in address ? address.socket : address.url, id, 'world']
    const said = execFileSync(python ?? '', [...args, room.keys.prefix], { encoding: 'utf8' })
    const found = JSON.parse(said) as { article: { title: string }; panels: Entry[][] }
    const { panels } = await createClient(room.redis, { prefix: room.keys.prefix }).page({
      article: id,
      lists: [
        { list: `related:${id}`, limit: 5 },
        { list: 'latest:world', limit: 6 },
        { list: 'most-read:week', limit: 12 },
        { list: 'most-read:now', limit: 5 },
        { list: 'must-reads', limit: 5 },
      ],
      unique: true,
    })
    expect(found.article.title).toBe('Story 3')
    expect(found.panels).toEqual(panels.map(({ entries }) => entries))
    expect(found.panels[1]).toHaveLength(6)
    expect(found.panels[4]).toHaveLength(5)
  })
})
