import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { createTokens } from '../../../src/server/admin/auth/tokens.ts'
import { logIn, PASSWORD, post, setUp } from '../../support/admin.ts'
import { sourceId } from '../../support/articles.ts'
import { aBrowser, CHROMIUM } from '../../support/browser.ts'
import { testDaemon } from '../../support/daemon.ts'
import { until } from '../../support/until.ts'

/** Two pages of sources in one section. */
const sources = Array.from({ length: 70 }, (_, index) => {
  const id = `paper${String(index).padStart(2, '0')}`
  return {
    ...{ id, name: `Paper ${index}`, section: index < 65 ? 'sports' : 'world', interval: '12h' },
    url: `http://127.0.0.1:1/${id}`,
  }
})
const desk = testDaemon({ sources })
const browser = aBrowser()
let url: string
let cookie: string

beforeAll(async () => {
  // Nobody crawls: what is asked for stays in the queue.
  url = await setUp(await desk.start(['admin']))
  cookie = await logIn(url)
})

const aPage = async (viewport = { width: 1_280, height: 800 }, javaScriptEnabled = true): Promise<Page> => {
  const context = await (await browser()).newContext({ viewport, javaScriptEnabled })
  const [name = '', value = ''] = cookie.split('=')
  await context.addCookies([{ name, value, url }])
  return context.newPage()
}
const toast = (page: Page) => page.locator('.toast')
const enabled = async (id: string) =>
  JSON.parse((await desk.redis.hget(desk.keys.sourceOverrides(), id)) ?? '{}').enabled as boolean | undefined
const audited = async (what: string) => {
  const answer = await fetch(`${url}/audit?what=${what}`, { headers: { cookie, accept: 'application/json' } })
  return ((await answer.json()) as { entries: { on: string; who: string }[] }).entries
}

describe.skipIf(CHROMIUM === undefined)('an action on a source', () => {
  it('an action on a source keeps filter, page, ticks and scroll position, says what happened once, and is undone', async () => {
    const page = await aPage()
    const broken: string[] = []
    page.on('pageerror', error => broken.push(error.message))
    await page.goto(`${url}/sources?section=sports&sort=name&page=2`)
    await page.evaluate(() => Object.assign(globalThis, { isSame: true }))
    const names = page.locator('tbody th a[href^="/sources/"]')
    const first = await names.first().innerText()
    await page.getByLabel(`Select ${first}`, { exact: true }).check()
    const last = await names.last().innerText()
    const id = ((await names.last().getAttribute('href')) ?? '').replace('/sources/', '')
    const pause = page.getByRole('button', { name: `Pause ${last}`, exact: true })
    await pause.scrollIntoViewIfNeeded()
    const [address, scrolled] = [page.url(), await page.evaluate<number>('scrollY')]
    expect(scrolled).toBeGreaterThan(0)

    const stays = async () => {
      expect(page.url()).toBe(address)
      expect(await page.evaluate(() => 'isSame' in globalThis)).toBe(true)
      expect(Math.abs((await page.evaluate<number>('scrollY')) - scrolled)).toBeLessThan(40)
      expect(await page.getByLabel(`Select ${first}`, { exact: true }).isChecked()).toBe(true)
    }
    await pause.click()
    await toast(page).getByText(`${last} is paused.`).waitFor()
    await page.getByRole('button', { name: `Resume ${last}`, exact: true }).waitFor()
    await stays()
    expect(await enabled(id)).toBe(false)

    await toast(page).getByRole('button', { name: 'Undo' }).click()
    await toast(page).getByText(`${last} is being polled again.`).waitFor()
    await pause.waitFor()
    await stays()
    expect(await enabled(id)).toBe(true)
    expect((await audited('source.resume'))[0]).toMatchObject({ on: id, who: 'admin' })

    await page.getByRole('button', { name: `Re-crawl ${last}`, exact: true }).click()
    await toast(page).getByText(`${last} is being crawled again.`).waitFor()
    await stays()
    await page.reload()
    expect(await toast(page).count()).toBe(0)
    expect(broken).toEqual([])
  })

  it('an action on a source is not undone if somebody has changed the source since, and nothing is undone twice', async () => {
    const page = await aPage()
    await page.goto(`${url}/sources/paper03`)
    await page.getByRole('button', { name: 'Pause' }).click()
    await toast(page).getByText('Paper 3 is paused.').waitFor()
    const fields = { do: 'resume', id: 'paper03' }
    await post(url, '/sources/-/act', fields, { cookie, origin: url })
    await toast(page).getByRole('button', { name: 'Undo' }).click()
    await toast(page).getByText('Nothing was undone: somebody has changed it since').waitFor()
    expect(await enabled('paper03')).toBe(true)

    const paused = await post(url, '/sources/-/act', { do: 'pause', id: 'paper04' }, { cookie, origin: url })
    const told = await fetch(`${url}${paused.headers.get('location')}`, { headers: { cookie } })
    const [, undo = ''] = /name="undo" value="([\w-]+)"/.exec(await told.text()) ?? []
    expect((await post(url, '/undo', { undo }, { cookie, origin: url })).status).toBe(303)
    expect((await post(url, '/undo', { undo }, { cookie, origin: url })).status).toBe(410)
    expect((await post(url, '/undo', { undo: '../users' }, { cookie, origin: url })).status).toBe(410)
  })

  it('an action on a source of one user is told to and undone by nobody else', async () => {
    const paused = await post(url, '/sources/-/act', { do: 'pause', id: 'paper05' }, { cookie, origin: url })
    const { token } = await createTokens({ redis: desk.redis, keys: desk.keys, now: Date.now }).add('x', 'admin', null)
    const bearer = { authorization: `Bearer ${token}`, accept: 'text/html' }
    const seen = await fetch(`${url}${paused.headers.get('location')}`, { headers: bearer })
    expect(await seen.text()).not.toContain('is paused.')
  })

  it('several sources are removed after a question in a dialog, ticks stay, and an undo brings them back', async () => {
    const page = await aPage()
    await page.goto(`${url}/sources?sort=name`)
    await page.getByLabel('Select Paper 10', { exact: true }).check()
    await page.getByLabel('Select Paper 11', { exact: true }).check()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('2 sources.').waitFor()
    await page.keyboard.press('Escape')
    await until(() => dialog.count().then(count => count === 0))
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await dialog.getByRole('button', { name: 'Remove 2 sources' }).click()
    await toast(page).getByText('2 sources are removed.').waitFor()
    expect(await page.getByLabel('Select Paper 10', { exact: true }).count()).toBe(0)
    await toast(page).getByRole('button', { name: 'Undo' }).click()
    await toast(page).getByText('2 sources are back.').waitFor()
    await page.getByLabel('Select Paper 10', { exact: true }).waitFor()
    expect((await audited('source.restore')).map(({ on }) => on).sort()).toEqual(['paper10', 'paper11'])
  })

  it('an action on a source works without scripts: it leads back to the page with its filter, which tells it once', async () => {
    const page = await aPage(undefined, false)
    await page.goto(`${url}/sources?section=sports&q=paper+2`)
    await page.getByRole('button', { name: 'Pause Paper 20', exact: true }).click()
    await toast(page).getByText('Paper 20 is paused.').waitFor()
    expect(new URL(page.url()).searchParams.get('section')).toBe('sports')
    await toast(page).getByRole('button', { name: 'Undo' }).click()
    await toast(page).getByText('Paper 20 is being polled again.').waitFor()
    await page.reload()
    expect(await toast(page).count()).toBe(0)
  })

  it('what was typed is there again after the log-in, if the session ended meanwhile', async () => {
    const page = await aPage()
    await page.goto(`${url}/sources/paper07`)
    await page.getByLabel('Name').fill('The Paper of Seven Towns')
    const own = await logIn(url)
    const [name = '', value = ''] = own.split('=')
    await page.context().addCookies([{ name, value, url }])
    await post(url, '/logout', {}, { cookie: own, origin: url })
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByLabel('User').fill('admin')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Log in' }).click()
    await toast(page).getByText('What you had typed is here again').waitFor()
    expect(await page.getByLabel('Name').inputValue()).toBe('The Paper of Seven Towns')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'The Paper of Seven Towns' }).waitFor()
  })
})

describe.skipIf(CHROMIUM === undefined)('the settings of a source', () => {
  it('the settings of a source in the file are overridden in place, shown as such, undone, and reset', async () => {
    const page = await aPage()
    await page.goto(`${url}/sources/paper30`)
    await page.getByLabel(/^Weight/).fill('11')
    // The browser would not send it; a script or another browser may.
    await page.locator('form.settings').evaluate(form => form.setAttribute('novalidate', ''))
    await page.getByLabel(/^Interval/).fill('soon')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('#problem-weight').getByText('must be 10 or less').waitFor()
    expect(await page.locator('#problem-interval').innerText()).toContain('such as 10m')
    expect(await page.evaluate('document.activeElement?.name')).toBe('weight')

    await page.getByLabel(/^Weight/).fill('2.5')
    await page.getByLabel(/^Interval/).fill('')
    await page.getByLabel(/^Language/).fill('de')
    await page.getByRole('button', { name: 'Save' }).click()
    await toast(page).getByText('the settings are changed').waitFor()
    await page.getByText('overridden; in the file: every 12 h').waitFor()
    await page.getByText('overridden; in the file: 1', { exact: true }).waitFor()
    const read = async () => {
      const headers = { cookie, accept: 'application/json' }
      return ((await (await fetch(`${url}/sources/paper30`, { headers })).json()) as { source: object }).source
    }
    const changed = await read()
    expect(changed).toMatchObject({ weight: 2.5, language: 'de' })
    expect(changed).not.toHaveProperty('interval')

    await toast(page).getByRole('button', { name: 'Undo' }).click()
    await toast(page).getByText('The settings are as before.').waitFor()
    expect(await read()).toMatchObject({ weight: 1, interval: 43_200_000 })
    expect(await page.getByText('overridden;').count()).toBe(0)

    await page.getByLabel(/^Section/).selectOption('world')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Reset to sources.yaml' }).click()
    await toast(page).getByText('those of sources.yaml again').waitFor()
    expect(await read()).toMatchObject({ section: 'sports' })
    expect(await desk.redis.hexists(desk.keys.sourceOverrides(), sourceId('paper30'))).toBe(0)
  })
})
