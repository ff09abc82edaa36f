import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createPageReader } from '../../src/sources/pages/page-reader.ts'
import { atEnd } from '../support/at-end.ts'

const aReader = (maxTime?: number) => {
  const reader = createPageReader(maxTime)
  atEnd(reader.close)
  return reader
}

const page = (html: string) => ({
  body: new TextEncoder().encode(html),
  contentType: 'text/html',
  url: 'https://courier.example/ferry',
  title: 'Ferry treaty signed',
  summary: '',
  settings: { keep: 'html' as const, bytes: 20_000 },
})
const TEXT = '<p>The council met on <a href="/b">Monday</a>, and put off the vote on the treaty.</p>'.repeat(6)
const good = page(`<title>Ferry treaty signed</title><body><article>${TEXT}</article>`)
/** As deep and large as a page may be. */
const slow = page(`<title>Ferry treaty signed</title><body>${'<div>'.repeat(90)}${`<div>${TEXT}</div>`.repeat(90)}`)

describe('reading pages', () => {
  it('a page that takes too long is given up, and the next one is read', { timeout: 60_000 }, async () => {
    const reader = aReader(1)
    expect(await reader.read(slow)).toMatchObject({ kind: 'failed', reason: 'too-slow' })
    const patient = aReader()
    const [first, second] = await Promise.all([patient.read(good), patient.read(good)])
    expect(first).toEqual(second)
    expect(first).toMatchObject({
      kind: 'read',
      content: { html: `<div>${TEXT.replaceAll('/b', 'https://courier.example/b')}</div>`, words: 78, from: 'page' },
    })
  })

  it('the event loop goes on while a page is read', { timeout: 60_000 }, async () => {
    const reader = aReader(5_000)
    await reader.read(good)
    let isDone = false
    let turns = 0
    const reading = reader.read(slow).finally(() => {
      isDone = true
    })
    while (!isDone) {
      await nextTurn()
      turns += 1
    }
    expect(await reading).toMatchObject({ kind: 'read' })
    // Read here, it would take one.
    expect(turns).toBeGreaterThan(20)
  })
})
