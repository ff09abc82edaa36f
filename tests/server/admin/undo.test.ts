import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { logIn, post, setUp } from '../../support/admin.ts'
import { aBrowser, CHROMIUM } from '../../support/browser.ts'
import { testDaemon } from '../../support/daemon.ts'
import { rss, serve } from '../../support/http.ts'
import { until } from '../../support/until.ts'

const TITLES = ['Ferry treaty signed', 'Harvest begins', 'Bridge reopens early', 'Tunnel closes for a week']
const feed = await serve((_request, response) => {
  const items = TITLES.map(title => ({ title, guid: title }))
  response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(items))
})
const desk = testDaemon({
  sources: [{ id: 'courier', name: 'Courier', url: `${feed.url}/rss`, section: 'world', interval: '12h' }],
})
const browser = aBrowser()
let url: string
let cookie: string

beforeAll(async () => {
  url = await setUp(await desk.start(['scheduler', 'crawl', 'articles', 'publish', 'events', 'admin']))
  cookie = await logIn(url)
  await until(() => desk.list('must-reads').then(entries => entries.length === TITLES.length))
})

const aPage = async (): Promise<Page> => {
  const context = await (await browser()).newContext({ viewport: { width: 1_280, height: 800 } })
  const [name = '', value = ''] = cookie.split('=')
  await context.addCookies([{ name, value, url }])
  return context.newPage()
}
const act = (path: string, fields: Record<string, string>) =>
  post(url, path, fields, { cookie, origin: url, 'sec-fetch-site': 'same-origin' })
const toast = (page: Page) => page.locator('.toast')
const undo = (page: Page) => toast(page).getByRole('button', { name: 'Undo' }).click()
const idOf = async (title: string) => {
  const entry = (await desk.list('latest')).find(each => each.title === title)
  return entry?.id ?? ''
}
const json = async (path: string) =>
  (await fetch(`${url}${path}`, { headers: { cookie, accept: 'application/json' } })).json() as Promise<never>
const storyOf = async (id: string) => ((await json(`/articles/${id}`)) as { article: { story: string } }).article.story
const overrides = async () =>
  Object.values(await desk.redis.hgetall(desk.keys.overrides())).map(each => JSON.parse(each))

describe.skipIf(CHROMIUM === undefined)('an edit', () => {
  it('a pin set on the front page is told and undone in place, with the entry still open', async () => {
    const page = await aPage()
    await page.goto(url)
    const entry = page.locator('#list-must-reads li').filter({ hasText: 'Harvest begins' })
    await entry.getByRole('link', { name: /^Why/ }).click()
    const form = entry.getByRole('group', { name: 'Pin it' })
    await form.getByRole('button', { name: 'Pin' }).click()
    await toast(page)
      .getByText(/Pinned “.*Harvest begins.*” to place 1 of must-reads for 6 h/)
      .waitFor()
    expect(await entry.getByText('Terms of its score').count()).toBe(1)
    expect(await overrides()).toMatchObject([{ kind: 'pin', by: 'admin', place: 1 }])
    await undo(page)
    await toast(page).getByText('The pin is undone.').waitFor()
    expect(await overrides()).toEqual([])
  })

  it('a second pin to the same place asks what becomes of the first, and its undo brings the first back', async () => {
    const [harvest, ferry] = [await idOf('Harvest begins'), await idOf('Ferry treaty signed')]
    await act(`/articles/${harvest}/pin`, { list: 'must-reads', place: '2', for: '1d', why: 'first' })
    const page = await aPage()
    await page.goto(`${url}/articles/${ferry}`)
    const form = page.getByRole('group', { name: 'Pin it' })
    await form.getByLabel('Place').fill('2')
    await form.getByRole('button', { name: 'Pin' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Place 2 of must-reads is taken').waitFor()
    expect(await dialog.innerText()).toContain('Harvest begins')
    expect((await overrides()).map(({ what }) => what)).toEqual([harvest])
    await dialog.getByRole('button', { name: 'Pin it and end the other' }).click()
    await toast(page).getByText('in place of what was pinned there').waitFor()
    expect((await overrides()).map(({ what }) => what)).toEqual([ferry])
    // The page of the article shows its pin, with its end and who set it.
    await page.locator('#overrides').getByText('must-reads, place 2').waitFor()
    expect(await page.locator('#overrides').innerText()).toMatch(/admin, [\s\S]*in \d+ h/)
    await undo(page)
    await toast(page).getByText('The pin is undone.').waitFor()
    expect(await overrides()).toMatchObject([{ what: harvest, why: 'first' }])

    await page.goto(`${url}/pins`)
    await page.getByRole('button', { name: 'End the pin of Harvest begins now' }).click()
    await page.getByText('Nothing is pinned or blocked.').waitFor()
    await undo(page)
    await toast(page).getByText('It is pinned again.').waitFor()
    await act(`/articles/${harvest}/unpin`, { list: 'must-reads' })
  })

  it('a block is undone, unless somebody has changed it since', async () => {
    const bridge = await idOf('Bridge reopens early')
    const page = await aPage()
    await page.goto(`${url}/articles/${bridge}`)
    const form = page.getByRole('group', { name: 'Block it from lists' })
    await form.getByRole('button', { name: 'Block' }).click()
    await toast(page)
      .getByText(/Blocked “.*” from every list for 6 h/)
      .waitFor()
    await undo(page)
    await toast(page).getByText('The block is undone.').waitFor()
    await form.getByRole('button', { name: 'Block' }).click()
    await toast(page)
      .getByText(/Blocked/)
      .waitFor()
    await act(`/articles/${bridge}/unblock`, {})
    await undo(page)
    await toast(page).getByText('Nothing was undone: the block has ended').waitFor()
    expect(await overrides()).toEqual([])
  })

  it('a section chosen by an editor is undone to the choice before, and then to none', async () => {
    const ferry = await idOf('Ferry treaty signed')
    const page = await aPage()
    await page.goto(`${url}/articles/${ferry}`)
    const move = async (to: string) => {
      await page.getByRole('group', { name: 'Move it' }).getByLabel('Section').selectOption(to)
      await page.getByRole('group', { name: 'Move it' }).getByRole('button', { name: 'Move' }).click()
    }
    await move('sports')
    await toast(page)
      .getByText(/Moved “.*” to Sports/)
      .waitFor()
    await move('health')
    await toast(page)
      .getByText(/Moved “.*” to Health/)
      .waitFor()
    await undo(page)
    await toast(page).getByText('It is in sports again.').waitFor()
    await act(`/articles/${ferry}/section`, { section: '' })
  })

  it('stories are merged by ticking and by a search, never by an id, and both are undone', async () => {
    const [tunnel, harvest] = [await idOf('Tunnel closes for a week'), await idOf('Harvest begins')]
    const [one, other] = [await storyOf(tunnel), await storyOf(harvest)]
    const page = await aPage()
    await page.goto(`${url}/stories/${one}`)
    await page.getByLabel('Find stories').fill('harvest')
    await page.keyboard.press('Enter')
    await page.getByLabel('Select: Harvest begins').check()
    await page.getByRole('button', { name: 'Merge into this story' }).click()
    await toast(page).getByText('Merged the stories.').waitFor()
    expect(await storyOf(harvest)).toBe(one)
    // Whoever has the old address is led to where it went.
    const old = await fetch(`${url}/stories/${other}`, { headers: { cookie }, redirect: 'manual' })
    expect(old.headers.get('location')).toBe(`/stories/${one}`)
    await undo(page)
    await toast(page).getByText('The stories are apart again.').waitFor()
    expect(await storyOf(harvest)).not.toBe(one)

    await page.goto(`${url}/articles`)
    await page.getByLabel('Select: Harvest begins').check()
    await page.getByRole('button', { name: 'Merge the stories of the selected' }).click()
    await toast(page).getByText('Tick articles of at least two stories.').waitFor()
    await page.getByLabel('Select: Tunnel closes for a week').check()
    await page.getByRole('button', { name: 'Merge the stories of the selected' }).click()
    await page.getByRole('heading', { name: /^Story: / }).waitFor()
    expect(await storyOf(harvest)).toBe(await storyOf(tunnel))

    await page.getByLabel('Select: Harvest begins').check()
    await page.getByRole('button', { name: 'Split the selected off' }).click()
    await toast(page).getByText('Split an article off the story.').waitFor()
    expect(await storyOf(harvest)).not.toBe(await storyOf(tunnel))
    await undo(page)
    await toast(page).getByText('The articles are in one story again.').waitFor()
    expect(await storyOf(harvest)).toBe(await storyOf(tunnel))
  })
})
