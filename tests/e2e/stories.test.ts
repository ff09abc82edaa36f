import { describe, expect, it, onTestFinished } from 'vitest'
import { withSession } from '../../src/cli/session.ts'
import type { ArticleId, StoryId } from '../../src/domain/article.ts'
import { mergeStories, type StoryEditParts, splitStory } from '../../src/use-cases/edit-stories.ts'
import type { EditOutcome } from '../../src/use-cases/editing.ts'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { testDaemon } from '../support/daemon.ts'
import { aFeed } from '../support/feed.ts'
import { until } from '../support/until.ts'

endAll()

const storm = {
  courier: {
    title: 'Storm Odile floods harbour of Port Ellin (video)',
    text: 'Storm Odile pushed the sea over the harbour wall of Port Ellin on Monday, flooding two hundred homes.',
  },
  gazette: {
    title: 'Two hundred homes flooded as Storm Odile hits Port Ellin (video)',
    text: 'Families were taken from their homes in Port Ellin after Storm Odile broke the harbour wall.',
  },
}
const bank = { title: 'Central bank of Varland keeps its rate', text: 'Prices are seen falling by the autumn.' }

/** What of an entry matters here. */
interface Shown {
  readonly id: string
  readonly title: string
  readonly story: { readonly id: string; readonly articles: number }
}

/** Two papers that tell of one storm, and one that tells of a bank too, published as two entries. */
const published = async () => {
  const courier = await aFeed([storm.courier, bank])
  const gazette = await aFeed([storm.gazette], 'https://gazette.example')
  const source = (id: string, url: string) => ({ id, name: id, url: `${url}/rss`, section: 'world' })
  const desk = testDaemon({ sources: [source('courier', courier.url), source('gazette', gazette.url)] })
  const daemon = await desk.start()
  onTestFinished(() => daemon.stop())
  /** Latest, once its entries tell of so many articles each. */
  const latest = (sizes: readonly number[]) =>
    until(
      async () => (await desk.list('latest')) as unknown as Shown[],
      entries => JSON.stringify(entries.map(({ story }) => story.articles).sort()) === JSON.stringify(sizes),
    )
  const { dir } = aConfigFolder({ settings: `redis: { prefix: ${desk.keys.prefix}, url: '${redisUrl()}' }\n` })
  const newsdesk = async (...args: string[]) => {
    const run = cli(['--config', dir, ...args])
    return { code: await run.ended, out: run.out().trim(), err: run.err() }
  }
  const edit = (work: (parts: StoryEditParts) => Promise<EditOutcome<StoryId>>): Promise<EditOutcome<StoryId>> =>
    withSession(dir, async ({ container }) => {
      const { stories, articleStore, publishing } = await container()
      return work({ stories, archive: articleStore, publishing, now: Date.now })
    })
  return { ...desk, latest, newsdesk, edit }
}

describe('an editor at the command line', () => {
  it('an editor at the command line splits and merges stories, and the published lists follow', {
    timeout: 240_000,
  }, async () => {
    const { latest, newsdesk, redis, keys } = await published()
    const told = (await latest([1, 2])).find(({ story }) => story.articles === 2)
    const story = told?.story.id ?? ''
    const articles = JSON.parse((await redis.hget(keys.story(story), 'articles')) ?? '[]') as string[]
    const other = articles.find(id => id !== told?.id) ?? ''

    const why = await newsdesk('explain', other)
    expect(why).toMatchObject({ code: 0 })
    expect(why.out).toMatch(/Shown as .*Port Ellin"\nleft out "\(video\)": the form of the item/)
    expect(why.out).toMatch(
      /Section +world[\s\S]*Story +s[\s\S]*led by [\s\S]*last news at [\s\S]*its story[\s\S]*both: .*odile/,
    )

    const split = await newsdesk('stories', 'split', other)
    expect(split.code).toBe(0)
    expect(split.out).not.toBe(story)
    const parted = await latest([1, 1, 1])
    expect(parted.find(({ id }) => id === other)?.story.id).toBe(split.out)

    expect(await newsdesk('stories', 'merge', split.out, story)).toMatchObject({ code: 0, out: story })
    await latest([1, 2])
  })

  it('an editor at the command line gets an error for an impossible edit, and nothing is changed', {
    timeout: 240_000,
  }, async () => {
    const { latest, newsdesk, edit } = await published()
    const entries = await latest([1, 2])
    const [one, other] = entries.map(({ story }) => story.id as StoryId)
    const ids = entries.map(({ id }) => id as ArticleId)
    if (!one || !other) throw new Error('two entries are published')
    const refused = (why: RegExp) => ({ kind: 'wrong', why: expect.stringMatching(why) })
    expect(await edit(parts => mergeStories(parts, 'snone' as StoryId, one))).toEqual(refused(/no story snone/))
    expect(await edit(parts => mergeStories(parts, one, one))).toEqual(refused(/into itself/))
    expect(await edit(parts => splitStory(parts, ids))).toEqual(refused(/several stories/))
    expect(await edit(parts => splitStory(parts, ['none' as ArticleId]))).toEqual(refused(/no article none/))
    expect(await newsdesk('stories', 'split', 'none')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/no article none/),
    })
    expect(await newsdesk('explain', 'none')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/There is no article "none"/),
    })
    expect((await latest([1, 2])).map(({ story }) => story.id)).toEqual([one, other])
  })
})
