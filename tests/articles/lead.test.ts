import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readLeadReason } from '../../src/articles/lead-reason.ts'
import { isCutOff } from '../../src/articles/rules/cut-off.ts'
import { chooseLead, explainLead, findNewsAt, leadScore, type Report } from '../../src/articles/rules/lead.ts'
import { MAX_STORY_MEMBERS, type Member } from '../../src/articles/story-members.ts'
import { createStoryWriter } from '../../src/articles/story-writer.ts'
import type { ArticleId, StoryId } from '../../src/domain/article.ts'
import { anArticle, NOON, sourceId } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'

const HOUR = 3_600_000

/** Reported so many hours after noon; by a publisher of its own unless given. */
const aReport = (hours: number, fields: Partial<Report> = {}): Report => {
  const id = fields.id ?? `a${hours}`
  return { id, at: new Date(NOON + hours * HOUR).toISOString(), sources: [id], score: 1_000, ...fields }
}
const hoursOf = (at: string): number => (Date.parse(at) - NOON) / HOUR
const newsOf = (...reports: Report[]): number => hoursOf(findNewsAt(reports))
const leadOf = (...reports: Report[]): string | undefined => chooseLead(reports, new Date(NOON).toISOString())?.id
const many = (count: number, from: number, fields: (n: number) => Partial<Report> = () => ({})): Report[] =>
  Array.from({ length: count }, (_, n) => aReport(from + n / 100, { id: `p${from}-${n}`, ...fields(n) }))

describe('when a story was last news', () => {
  it('a story is news again once three publishers have reported since', () => {
    expect(newsOf(aReport(0), aReport(1), aReport(2))).toBe(0)
    expect(newsOf(aReport(0), aReport(1), aReport(2), aReport(9), aReport(10))).toBe(2)
    expect(newsOf(aReport(0), aReport(1), aReport(2), aReport(9), aReport(10), aReport(11))).toBe(9)
  })

  it('a story does not become news again by more articles of one or two publishers', () => {
    const mill = [1, 2, 3, 4, 5].map(hours => aReport(hours, { sources: ['mill'] }))
    expect(newsOf(...mill)).toBe(1)
    expect(newsOf(aReport(0), ...mill)).toBe(0)
    expect(newsOf(aReport(0), aReport(0.5), aReport(0.6), ...mill)).toBe(0.5)
  })

  it('a widely reported story becomes news again only when a tenth of its publishers report, not by three stragglers', () => {
    expect(newsOf(...many(60, 0), ...many(3, 20))).toBeLessThan(1)
    expect(newsOf(...many(60, 0), ...many(7, 20))).toBe(20)
  })

  it('a story does not become news again by several feeds of one publisher, by reprints or by blocked articles', () => {
    const three = many(3, 0)
    expect(newsOf(...three, ...many(4, 9, () => ({ publisher: 'mill.example' })))).toBeLessThan(1)
    expect(newsOf(...three, ...many(4, 9, () => ({ score: -1 })))).toBeLessThan(1)
    expect(newsOf(...three, ...many(4, 9, () => ({ blocked: true })))).toBeLessThan(1)
    expect(newsOf(...many(4, 9, () => ({ blocked: true })))).toBeCloseTo(9.01, 1)
  })
})

describe('the lead of a story', () => {
  it('a story keeps its lead for six hours, however many articles of equal weight arrive', () => {
    expect(leadOf(...many(1, 0), ...many(50, 1), ...many(50, 5.4))).toBe('p0-0')
  })

  it('a story gets a lead from its last six hours once three publishers have reported in them, and keeps it', () => {
    const old = many(5, 0)
    expect(leadOf(...old, ...many(2, 7))).toBe('p0-0')
    expect(leadOf(...old, ...many(3, 7))).toBe('p7-0')
    expect(leadOf(...old, ...many(3, 7), ...many(9, 11))).toBe('p7-0')
    expect(leadOf(...old, ...many(3, 7), ...many(3, 13))).toBe('p13-0')
  })

  it('a story is led by an article of a heavier source at once, and among equals by one with a complete headline', () => {
    expect(leadOf(...many(5, 0), aReport(1, { id: 'heavy', score: 2_000 }))).toBe('heavy')
    expect(leadOf(...many(5, 0), aReport(1, { id: 'whole', score: 1_003 }))).toBe('whole')
    expect(leadOf(...many(3, 0, () => ({ score: 2_000 })), ...many(3, 8))).toBe('p8-0')
  })

  it('a story is led by a cut-off title only if nothing else can lead, and then before any reprint', () => {
    const cut = leadScore(anArticle({ title: 'Ferry deal signed after ...' }), 5, false)
    const whole = leadScore(anArticle({ title: 'Ferry deal signed' }), 0, false)
    expect(cut).toBeLessThan(whole)
    expect(cut).toBeGreaterThan(leadScore(anArticle(), 9, true))
    expect(cut).toBeGreaterThan(leadScore(anArticle({ title: 'Ferry deal signed after…' }), 1, false))
    expect(leadOf(...many(1, 0), ...many(3, 8, () => ({ score: cut })))).toBe('p0-0')
    expect(leadOf(aReport(0, { score: -1 }), aReport(1, { id: 'cut', score: cut }))).toBe('cut')
  })

  it.each([
    ['Ferry deal signed after ...', true],
    ['“Ferry deal signed after…”', true],
    ['Fährvertrag nach langer Nacht unterzeich...', true],
    ['Ferry deal signed', false],
    ['Wait... what? Ferry deal signed', false],
    ['Ferry deal signed.', false],
  ])('a headline is recognised as cut off or complete: %s', (title, is) => {
    expect(isCutOff(title)).toBe(is)
  })

  it('a story gives the reasons for its lead and its time', () => {
    const reports = [...many(5, 0), ...many(3, 7)]
    expect(explainLead(reports, new Date(NOON).toISOString())).toEqual({
      lead: 'p7-0',
      why: "best of 3 since 2026-05-04T18:00:00.000Z, when the story's latest span of 6 hours began; 5 are older: source weight 1, 0 of summary, image and author; among equals the first",
      newsAt: '2026-05-04T19:00:00.000Z',
      whyThen: '3 of 8 publishers have reported since; edits and reprints do not count',
      before: 'p0-0',
    })
    expect(explainLead([], '')).toBeNull()
  })
})

const { redis, keys } = testRedis()
const writer = createStoryWriter({
  ...{ redis, keys },
  retention: () => 24 * HOUR,
  poolSize: () => 2_000,
  findParent: () => undefined,
})
const story = 's1' as StoryId

const member: fc.Arbitrary<Member> = fc
  .record({
    id: fc.nat(30),
    // Over the turn of a leap year's February, and of a year.
    hours: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.constant(7_800)),
    source: fc.nat(12),
    domain: fc.option(fc.nat(4)),
    score: fc.constantFrom(1_000, 1_000, 1_003, 2_000, -1, -1 / 1_002),
  })
  .map(({ id, hours, source, domain, score }) => ({
    id: `a${id}` as ArticleId,
    at: new Date(Date.UTC(2028, 1, 28, 12) + hours * HOUR + id).toISOString(),
    sources: [sourceId(`s${source}`)],
    sections: ['world'],
    url: `https://s${source}.example/${id}`,
    ...(domain === null ? {} : { publisher: `d${domain}` }),
    score,
  }))
const members = fc.uniqueArray(member, { minLength: 1, maxLength: 25, selector: ({ id }) => id })
/** Published so many minutes after noon. */
const aMember = (minutes: number, publisher: string): Member => ({
  id: `a${minutes}` as ArticleId,
  at: new Date(NOON + minutes * 60_000).toISOString(),
  sources: [sourceId(publisher)],
  sections: ['world'],
  url: `https://${publisher}.example/${minutes}`,
  publisher,
  score: 1_000,
})
const stand = async () => {
  const [hash, all] = await Promise.all([redis.hgetall(keys.story(story)), redis.hvals(keys.storyMembers(story))])
  return { hash, all: all.map(json => JSON.parse(json) as Member) }
}

describe('a story in Redis', () => {
  it('a story in Redis has the lead and the time of the rule after articles join, leave and are blocked', async () => {
    const history = fc.tuple(members, fc.array(fc.nat(24), { maxLength: 4 }), fc.array(fc.nat(24), { maxLength: 6 }))
    await fc.assert(
      fc.asyncProperty(history, async ([all, leaving, blocked]) => {
        await redis.del(keys.story(story), keys.storyMembers(story))
        const idsAt = (places: readonly number[]) => places.flatMap(place => all[place]?.id ?? [])
        for (const each of all) await writer.join(story, each, NOON)
        await writer.withhold(story, idsAt(blocked), NOON)
        const placed = await writer.evict(story, idsAt(leaving), NOON)
        const { hash, all: left } = await stand()
        if (left.length === 0) expect(placed.newsAt).toBeNull()
        else {
          const lead = chooseLead(left, hash.begunAt ?? '')
          expect(hash).toMatchObject({ lead: lead?.blocked ? '' : lead?.id, newsAt: findNewsAt(left) })
          expect(hash.begunAt).toBe(all.map(({ at }) => at).sort()[0])
          expect(placed.newsAt).toBe(Date.parse(findNewsAt(left)))
          expect(await readLeadReason({ redis, keys }, story)).toMatchObject({ lead: lead?.id, newsAt: hash.newsAt })
        }
      }),
      { numRuns: 60 },
    )
  })

  it('a story in Redis that had to drop its oldest article has the lead and the time of the remaining ones', async () => {
    await redis.del(keys.story(story), keys.storyMembers(story))
    const first = aMember(0, 'only-once')
    // A tenth of 41 publishers is five of them, a tenth of 40 is four.
    const others = Array.from({ length: MAX_STORY_MEMBERS }, (_, n) => aMember(n + 1, `p${n % 40}`))
    await Promise.all([first, ...others].map(each => writer.join(story, each, NOON)))
    const { hash, all } = await stand()
    expect(all).toHaveLength(MAX_STORY_MEMBERS)
    expect(hash.newsAt).toBe(findNewsAt(all))
    expect(hash.lead).toBe(chooseLead(all, hash.begunAt ?? '')?.id)
  })

  it('a story in Redis is the same in whatever order its articles join it', async () => {
    await fc.assert(
      fc.asyncProperty(members, async all => {
        const found = []
        for (const order of [all, all.toReversed()]) {
          await redis.del(keys.story(story), keys.storyMembers(story))
          for (const each of order) await writer.join(story, each, NOON)
          found.push((await stand()).hash)
        }
        expect(found[1]).toMatchObject({ lead: found[0]?.lead, newsAt: found[0]?.newsAt, begunAt: found[0]?.begunAt })
      }),
      { numRuns: 30 },
    )
  })
})
