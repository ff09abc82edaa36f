import { describe, expect, it } from 'vitest'
import { testDaemon } from '../../tests/support/daemon.ts'
import { serve } from '../../tests/support/http.ts'
import { until } from '../../tests/support/until.ts'
import { buildDay, groupBy, MADE_DAYS, readMadeDay, renderFeed } from './build.ts'

describe('a day of news in another language than English', () => {
  it.each(MADE_DAYS)(
    'a day of news in %s yields its events, each as a story, and shows no wire prefixes',
    async language => {
      const day = buildDay(readMadeDay('bench/day/days', language), { seed: 1, end: Date.now() })
      const feeds = await serve((request, response) => {
        const feed = day.feeds.find(({ id }) => `/${id}` === request.url)
        if (feed) response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(renderFeed(day, feed, 2))
        else response.writeHead(404).end()
      })
      const sources = day.feeds.map(({ id, name, section }) => ({ id, name, section, url: `${feeds.url}/${id}` }))
      const desk = testDaemon({ sources, settings: { lists: { languages: [language] } } })
      await desk.start()

      const readStories = async () => {
        const stories = await desk.redis
          .pipeline(day.items.map(({ id }) => ['hget', desk.keys.article(id), 'story']))
          .exec()
        return day.items.map((item, place) => ({ ...item, into: stories?.[place]?.[1] as string | null }))
      }
      const items = await until(readStories, all => all.every(({ into }) => into !== null))
      const ofEvents = items.filter(({ isEvent }) => isEvent)
      const byStory = groupBy(ofEvents, ({ into }) => into ?? '')
      for (const story of byStory.values()) expect(new Set(story.map(({ label }) => label)).size).toBe(1)
      expect(byStory.size).toBeLessThanOrEqual(2 * day.events.length)

      const labels = new Map(items.map(({ id, label }) => [id, label]))
      const latest = await until(
        () => desk.list(`latest:language:${language}`),
        entries => day.events.every(event => entries.some(({ id }) => labels.get(id as string) === event)),
      )
      const titles = latest.map(({ title }) => title as string)
      expect(
        titles.filter(title => /^(?:EIL|ROUNDUP|Liveblog|EN DIRECT|VIDÉO)|\((?:Video|Fotos|photos)\)$/.test(title)),
      ).toEqual([])
      expect(
        titles.filter(title => /^(?:Das Wichtigste am Morgen|L’essentiel de l’actualité du lundi)$/.test(title)),
      ).toEqual([])
      const [roundUp] = items.filter(({ title }) => /^(?:Der Tag im Überblick|L’essentiel du matin)/.test(title))
      expect(items.filter(({ into }) => into === roundUp?.into)).toHaveLength(1)
    },
  )
})
