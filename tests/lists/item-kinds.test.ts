import { describe, expect, it } from 'vitest'
import { anArticle, newIn } from '../support/articles.ts'
import { aListRoom } from '../support/lists.ts'

const MINUTE = 60_000

describe('items that are not news, and titles as shown', () => {
  const room = aListRoom({ settings: { minEntries: 1 } })
  const desk = room.open()
  const { clock, config } = room

  const publish = async (title: string, story: string, source = 'courier', summary = '') => {
    clock.now += MINUTE
    const article = anArticle({ title, source, summary, publishedAt: clock.now, firstSeenAt: clock.now })
    await desk.takeIn([{ article, decision: newIn(story) }])
    return article
  }

  it('an entry shows its title without wire prefixes and credits, and the article keeps the published title', async () => {
    const article = await publish('UPDATE 3-Ferry sinks off Port Ellin (Reuters)', 's1')
    await desk.publisher.publish('latest')
    expect(await room.titles('latest')).toEqual(['Ferry sinks off Port Ellin'])
    expect(await room.redis.hget(room.keys.article(article.id), 'title')).toBe(article.title)
  })

  it('landing pages and bulletins are in no list by default, round-ups are, and the configuration can change each', async () => {
    await publish('Top Entertainment Stories', 's2')
    await publish('Horoscope for 9 June', 's3')
    await publish('Morning briefing: Ferry sinks; Bank keeps its rate; Polls open', 's4')
    const shown = async (settings: object): Promise<string[]> => {
      Object.assign(config.settings.lists, settings)
      await desk.publisher.publish('latest')
      return room.titles('latest')
    }
    const news = 'Ferry sinks off Port Ellin'
    const roundUp = 'Morning briefing: Ferry sinks; Bank keeps its rate; Polls open'
    expect(await shown({})).toEqual([roundUp, news])
    expect(await shown({ showRoundUps: false })).toEqual([news])
    expect(await shown({ showLandingPages: true })).toEqual(['Top Entertainment Stories', news])
    expect(await shown({ showLandingPages: false, showBulletins: true })).toEqual(['Horoscope for 9 June', news])
    await shown({ showBulletins: false, showRoundUps: true })
  })

  it('a landing page pinned by an editor is shown', async () => {
    const page = await publish('Business Wire', 's5')
    const pin = { kind: 'pin', what: page.id, list: 'must-reads', by: 'ana', at: clock.now } as const
    await desk.editors.place({ ...pin, until: clock.now + 60 * MINUTE })
    await desk.publisher.publish('must-reads')
    expect((await room.titles('must-reads'))[0]).toBe('Business Wire')
  })

  it('a round-up moved into a story by an editor does not lead it, however complete it is', async () => {
    const summary = 'What happened overnight.'
    const roundUp = await publish('Evening briefing: Strike ends; Bank merges; Rain to come', 's6', 'gazette', summary)
    const report = await publish('Strike in Port Ellin ends', 's6', 'courier')
    expect(await room.redis.hget(room.keys.story('s6' as never), 'lead')).toBe(report.id)
    expect(roundUp.id).not.toBe(report.id)
  })

  it('a story that began with a bulletin is shown by its report, not hidden with the bulletin', async () => {
    const bulletin = await publish('Business bulletin for Monday', 's7', 'courier', 'Strike at the harbour.')
    const report = await publish('Harbour of Port Ellin on strike', 's7', 'courier')
    expect(await room.redis.hget(room.keys.story('s7' as never), 'lead')).toBe(report.id)
    expect(bulletin.id).not.toBe(report.id)
    await desk.publisher.publish('latest')
    expect(await room.titles('latest')).toContain('Harbour of Port Ellin on strike')
  })
})
