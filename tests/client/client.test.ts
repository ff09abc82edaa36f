import { once } from 'node:events'
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'
import { createClient } from '../../src/client/index.ts'
import { anArticle } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const { redis, keys, connect, address } = testRedis()
const client = createClient(redis, { prefix: keys.prefix })
const entry = (title: string) => JSON.stringify({ rank: 1, id: title, title })

describe('a client that reads lists', () => {
  it('a client that reads a list gets its entries in order, up to the requested number', async () => {
    await redis.rpush(keys.list('latest:world'), entry('one'), entry('two'), entry('three'))
    expect((await client.lists.get('latest:world')).map(({ title }) => title)).toEqual(['one', 'two', 'three'])
    expect((await client.lists.get('latest', { section: 'world', limit: 2 })).map(({ id }) => id)).toEqual([
      'one',
      'two',
    ])
  })

  it('a client gets the panels of a page by name in one round trip, and nothing for an unknown list', async () => {
    await redis.rpush(keys.list('must-reads'), entry('read me'))
    const page = await client.lists.many(['must-reads', 'related:nobody'])
    expect(page['must-reads'].map(({ title }) => title)).toEqual(['read me'])
    expect(page['related:nobody']).toEqual([])
  })

  it('a client gets an article with its counts as numbers, and null for an unknown one', async () => {
    const { id } = anArticle()
    await redis.hset(keys.article(id), {
      id,
      url: 'https://courier.example/a',
      title: 'Harbour bridge reopens',
      author: '',
      sections: '["world","asia"]',
      sources: '["courier"]',
      views: '41',
    })
    expect(await client.article(id)).toMatchObject({
      title: 'Harbour bridge reopens',
      author: null,
      views: 41,
      shares: 0,
      sections: ['world', 'asia'],
      images: [],
    })
    const [url, alt] = ['https://courier.example/a.jpg', 'The bridge']
    await redis.hset(keys.article(id), { image: url })
    expect(await client.article(id)).toMatchObject({ image: url, images: [{ url }] })
    await redis.hset(keys.article(id), { images: JSON.stringify([{ url, alt, width: 640 }]) })
    expect(await client.article(id)).toMatchObject({ images: [{ url, alt, width: 640 }] })
    expect(await client.article('nobody')).toBeNull()
  })

  it('a client gets no sections from a newsdesk that never ran', async () => {
    expect(await client.sections()).toEqual([])
  })
})

describe('a client that reports reads', () => {
  it('a client that reports reads appends them to the stream with the fields of the contract', async () => {
    await client.events.report([
      { kind: 'view', article: 'a1', visitor: 'v', ua: 'Mozilla/5.0', at: new Date(0) },
      { kind: 'share', article: 'https://courier.example/a' },
    ])
    const added = await redis.xrange(keys.events(), '-', '+')
    expect(added.map(([, fields]) => fields)).toEqual([
      ['kind', 'view', 'article', 'a1', 'visitor', 'v', 'ua', 'Mozilla/5.0', 'at', '1970-01-01T00:00:00.000Z'],
      ['kind', 'share', 'article', 'https://courier.example/a'],
    ])
  })
})

const urlOf = (text: string) => {
  const url = new URL(text)
  return { host: url.hostname, port: Number(url.port) }
}

describe('a client that subscribes to updates', () => {
  const ends = new AbortController()
  afterAll(() => ends.abort())
  const add = (list: string, version: number) =>
    redis.xadd(keys.updates(), '*', 'list', list, 'version', version, 'at', '2026-05-04T12:00:00.000Z')

  it('a client that subscribes to updates receives every later change, also after a lost connection, until it unsubscribes', async () => {
    const own = connect()
    const heard: string[] = []
    const listening = (async () => {
      for await (const { list, version } of createClient(own, { prefix: keys.prefix }).updates({ signal: ends.signal }))
        heard.push(`${list} ${version}`)
    })()
    await add('before', 1)
    // What was published before it listened may or may not be heard; from the first it hears on, nothing is left out.
    let version = 1
    await until(async () => {
      version += 1
      await add('latest', version)
      return heard.length > 0
    })
    const cut = async () => {
      const clients = String(await redis.call('CLIENT', 'LIST', 'TYPE', 'normal')).split('\n')
      const blocked = clients.filter(line => /cmd=xread /.test(line)).map(line => /id=(\d+)/.exec(line)?.[1])
      for (const id of blocked) if (id) await redis.call('CLIENT', 'KILL', 'ID', id)
      return blocked.length
    }
    await until(cut, cuts => cuts > 0)
    await add('after', version + 1)
    await until(() => heard.includes(`after ${version + 1}`))
    const versions = heard.filter(each => each.startsWith('latest')).map(each => Number(each.split(' ')[1]))
    expect(versions).toEqual(versions.map((_, index) => (versions[0] ?? 0) + index))
    ends.abort()
    await listening
    own.disconnect()
  })

  it('a client that subscribes to updates resumes where it was if the other end vanishes silently', async () => {
    // Between them stands one who passes everything on, until he passes nothing on and does not say so.
    const pairs: [Socket, Socket][] = []
    const between = createServer(near => {
      const far = createConnection('socket' in address ? { path: address.socket } : urlOf(address.url))
      pairs.push([near, far])
      near.pipe(far)
      far.pipe(near)
      for (const socket of [near, far]) socket.on('error', () => undefined)
    }).listen(0, '127.0.0.1')
    await once(between, 'listening')
    const own = new Redis({ port: (between.address() as AddressInfo).port, maxRetriesPerRequest: null })
    const ends = new AbortController()
    const heard: number[] = []
    const listening = (async () => {
      for await (const { version } of createClient(own, { prefix: keys.prefix }).updates({ signal: ends.signal }))
        heard.push(version)
    })()
    let version = 100
    await until(async () => {
      version += 1
      await add('half-open', version)
      return heard.length > 0
    })
    for (const [near, far] of pairs.splice(0)) {
      near.unpipe(far)
      far.unpipe(near)
    }
    await add('half-open', 1_000)
    await until(() => heard.includes(1_000))
    ends.abort()
    await listening
    own.disconnect()
    between.close()
    for (const pair of pairs) for (const socket of pair) socket.destroy()
  })
})
