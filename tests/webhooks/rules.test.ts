import { randomBytes } from 'node:crypto'
import { Webhook as Verifier } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { Webhooks } from '../../src/config/sections/webhooks.ts'
import { createListMatch } from '../../src/webhooks/rules/matching.ts'
import { type Message, messageId, slackBody, standardBody } from '../../src/webhooks/rules/messages.ts'
import { signedHeaders } from '../../src/webhooks/rules/signature.ts'

const SECRET = `whsec_${randomBytes(32).toString('base64')}`
const message: Message = {
  type: 'list.changed',
  at: Date.parse('2026-11-30T12:00:00Z'),
  data: {
    list: 'latest',
    version: 7,
    entered: [{ rank: 1, id: 'a', title: 'A < B & C | D', url: 'https://news.example/a?x=1|2' }],
    left: [{ rank: 100, id: 'b' }],
  },
}

describe('a signed message', () => {
  const body = standardBody(message)
  const now = Math.floor(Date.now() / 1_000)

  it('a signed message is accepted by a verifier of Standard Webhooks, and one that was changed is not', () => {
    const headers = signedHeaders(SECRET, 'msg_1', now, body)
    expect(new Verifier(SECRET).verify(body, { ...headers })).toEqual({
      type: 'list.changed',
      timestamp: '2026-11-30T12:00:00.000Z',
      data: message.data,
    })
    expect(() => new Verifier(SECRET).verify(body.replace('latest', 'other'), { ...headers })).toThrow()
    expect(() => new Verifier(SECRET).verify(body, { ...headers, 'webhook-id': 'msg_2' })).toThrow()
  })
})

describe('the id of a message', () => {
  it('the id of a message is the same for the same event, and another for another webhook or version', () => {
    const id = messageId('site', 'list.changed', 'latest', 7)
    expect(messageId('site', 'list.changed', 'latest', 7)).toBe(id)
    expect(messageId('other', 'list.changed', 'latest', 7)).not.toBe(id)
    expect(messageId('site', 'list.changed', 'latest', 8)).not.toBe(id)
    // BullMQ takes it as the id of a job, which may have no colon.
    expect(id).toMatch(/^msg_[\w-]{24}$/)
  })
})

describe('a text for Slack', () => {
  it('a text for Slack has links, with what its markup gives a meaning escaped', () => {
    expect(JSON.parse(slackBody(message)).text).toBe(
      '*latest* changed\n• 1. <https://news.example/a?x=1%7C2|A &lt; B &amp; C ¦ D>',
    )
  })

  it('a text for Slack shows ten lines and counts the others', () => {
    const entered = Array.from({ length: 12 }, (_, at) => ({ rank: at + 1, id: `${at}`, title: `T${at}`, url: '' }))
    const { text } = JSON.parse(slackBody({ ...message, data: { ...message.data, entered } }))
    expect(text.split('\n')).toHaveLength(12)
    expect(text).toMatch(/and 2 more$/)
  })
})

describe('a pattern of lists', () => {
  it('a pattern of lists names whole names, and never the related list of an article', () => {
    const matches = createListMatch(['latest', 'must-reads:*', '*:day'])
    expect(['latest', 'must-reads:world', 'most-read:day'].every(matches)).toBe(true)
    expect(['latest:world', 'must-reads', 'most-read:day:world'].some(matches)).toBe(false)
    expect(createListMatch(['*'])('related:abc')).toBe(false)
    const many = createListMatch(['m*:*:day'])
    expect(['most-read:world:day', 'm:day:day'].every(many)).toBe(true)
    expect(['most-read:day', 'm::da', 'latest:world:day', 'most-read:world:day:x'].some(many)).toBe(false)
  })
})

describe('the configuration of a webhook', () => {
  const problemsOf = (webhook: Record<string, unknown>): string[] =>
    Webhooks.safeParse({ site: webhook }).error?.issues.map(
      ({ path, message: says }) => `${path.join('.')}: ${says}`,
    ) ?? []

  it.each([
    [{ url: 'ftp://x.example/', lists: ['latest'], secret: SECRET }, /site\.url: must be an http or https URL/],
    [{ url: 'https://x.example/', lists: ['latest'] }, /site\.secret: must be whsec_/],
    [{ url: 'https://x.example/', lists: ['latest'], secret: 'whsec_c2hvcnQ=' }, /site\.secret: must be whsec_/],
    [{ url: 'https://x.example/', secret: SECRET }, /site: is told nothing/],
    [{ url: 'https://x.example/', lists: ['Latest!'], secret: SECRET }, /site\.lists\.0: must be the name of a list/],
    [{ url: 'https://x.example/', sources: ['sad'], secret: SECRET }, /site\.sources\.0/],
  ])('the configuration of a webhook is refused with what is wrong and how to write it: %#', (webhook, says) => {
    expect(problemsOf(webhook).join('\n')).toMatch(says)
  })

  it('the configuration of a webhook needs no secret for Slack, and takes one from the environment', () => {
    expect(problemsOf({ url: 'https://x.example/', format: 'slack', stories: {} })).toEqual([])
    expect(problemsOf({ url: 'https://x.example/', secret: 'env:SITE_SECRET', lists: ['*'] })).toEqual([])
  })
})
