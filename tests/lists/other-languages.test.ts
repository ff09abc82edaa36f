import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, inject, it } from 'vitest'
import type { Entry } from '../../src/domain/entry.ts'
import { anArticle, NOON, newIn } from '../support/articles.ts'
import { aListRoom } from '../support/lists.ts'
import { findPython } from '../support/python.ts'

const room = aListRoom()
const desk = room.open()
const address = inject('redis')
const where = 'socket' in address ? address.socket : address.url

const ajv = new Ajv2020({ strict: false, validateFormats: false })
const holds = (schema: string, value: unknown): void => {
  const valid = ajv.compile(JSON.parse(readFileSync(`schemas/${schema}.schema.json`, 'utf8')))
  expect(valid(value), `${schema}: ${JSON.stringify(valid.errors)}`).toBe(true)
}

const TITLES = ['Ferry treaty signed', 'Größere Häfen “geplant”', 'ホルムズ海峡で合意']
await desk.takeIn(
  TITLES.map((title, n) => {
    const article = anArticle({ title, url: `https://courier.example/${n}`, publishedAt: NOON - n * 60_000 })
    return { article, decision: newIn(`s${n}`) }
  }),
)
await desk.publisher.publishSections()
for (const name of ['latest', 'latest:world', 'most-read:week', 'must-reads']) await desk.publisher.publish(name)

const python = findPython()

describe('the contract, as other programs read and write it', () => {
  it.skipIf(!python)('a Python program with redis-py can read and write by the contract', () => {
    const said = execFileSync(python ?? '', ['tests/lists/contract.py', where, room.keys.prefix], { encoding: 'utf8' })
    const found = JSON.parse(said) as {
      lists: Record<string, Entry[]>
      updates: unknown[]
      types: Record<string, string>
      [value: string]: unknown
    }
    expect(found.lists.latest?.map(({ title }) => title)).toEqual(TITLES)
    for (const name of ['latest', 'latest:world', 'most-read:week', 'must-reads']) {
      expect(found.types[name]).toBe('list')
      expect(found.lists[name]?.length).toBe(3)
      for (const entry of found.lists[name] ?? []) holds('entry', entry)
    }
    expect(found.lists.nothing).toEqual([])
    expect(found.types.nothing).toBe('none')
    holds('list-meta', found.meta)
    holds('article', found.article)
    holds('story', found.story)
    holds('sections', found.sections)
    holds('event', found.event)
    expect(found.updates).toHaveLength(4)
    for (const update of found.updates) holds('update', update)
  })

  const cli = ['/usr/bin/redis-cli', 'redis-cli'].find(
    binary => spawnSync(binary, ['--version'], { stdio: 'ignore' }).status === 0,
  )
  it.skipIf(!cli)('redis-cli can read and write by the contract', () => {
    const ask = (...command: string[]): string => {
      const to = 'socket' in address ? ['-s', address.socket] : ['-u', address.url]
      return execFileSync(cli ?? '', [...to, '--raw', ...command], { encoding: 'utf8' }).trimEnd()
    }
    const entries = ask('LRANGE', `${room.keys.prefix}:list:latest`, '0', '1')
      .split('\n')
      .map(line => JSON.parse(line) as Entry)
    expect(entries.map(({ rank, title }) => [rank, title])).toEqual([
      [1, TITLES[0]],
      [2, TITLES[1]],
    ])
    const article = `${room.keys.prefix}:article:${entries[1]?.id}`
    expect(ask('HGET', article, 'title')).toBe(TITLES[1])
    const id = ask('XADD', `${room.keys.prefix}:events`, '*', 'kind', 'view', 'article', entries[0]?.id ?? '')
    expect(id).toMatch(/^\d+-\d+$/)
    expect(ask('XREAD', 'COUNT', '1', 'STREAMS', `${room.keys.prefix}:updates`, '0')).toContain('latest')
  })
})
