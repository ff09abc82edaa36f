import { describe, expect, it } from 'vitest'
import { logIn, post, seen, setUp } from '../../support/admin.ts'
import { testDaemon } from '../../support/daemon.ts'
import { rss, serve } from '../../support/http.ts'
import { until } from '../../support/until.ts'

describe('the page of rules', () => {
  it('an editor tries a rule, saves it, sees it at work within seconds, and removes it', async () => {
    const state = { items: [{ title: 'Summer sale begins' }, { title: 'Glacier calves' }] }
    const { url: feed } = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(state.items)),
    )
    const desk = testDaemon({ sources: [{ id: 'courier', name: 'Courier', url: feed, section: 'world' }] })
    const daemon = await desk.start(['scheduler', 'crawl', 'articles', 'publish', 'admin'])
    const url = await setUp(daemon)
    const cookie = await logIn(url)
    const send = (path: string, fields: Record<string, string>) =>
      post(url, path, fields, { cookie, origin: url, 'sec-fetch-site': 'same-origin' })
    const latest = () => desk.redis.lrange(desk.keys.list('latest'), 0, -1)
    const titles = async () => (await latest()).map(entry => (JSON.parse(entry) as { title: string }).title).toSorted()
    await until(titles, shown => shown.length === 2)
    const text = 'id: no-sales\nnote: tired of <b>ads</b>\nwhen: {title: sale*}\ndo: {hide: true}\n'

    const wrong = await send('/rules/-/save', { text: text.replace('title', 'titel') })
    expect(wrong.status).toBe(422)
    expect(await wrong.text()).toContain('rule:3:8 when.titel: no such key; did you mean title?')

    const tried = await (await send('/rules/-/try', { text })).text()
    expect(tried).toContain('1 of the newest 2 stored articles match')
    expect(tried).toContain('Summer sale begins')
    expect(tried).toContain('tired of &lt;b&gt;ads&lt;/b&gt;')
    expect(await seen(url, '/rules', cookie)).toContain('There are no rules.')

    expect((await send('/rules/-/save', { text })).headers.get('location')).toMatch(/^\/rules\?flash=/)
    const page = await seen(url, '/rules', cookie)
    expect(page).toContain('no-sales')
    expect(page).toContain('tired of &lt;b&gt;ads')
    expect(await seen(url, '/rules/edit?id=no-sales', cookie)).toContain('title: sale*')
    // The stored article stays until the rules are applied to it.
    expect(await titles()).toHaveLength(2)
    expect((await send('/rules/-/apply', {})).status).toBe(303)
    await until(titles, shown => shown.length === 1)

    // The daemon follows live rules: a new item meets them.
    state.items = [...state.items, { title: 'Winter sale begins' }, { title: 'Volcano erupts' }]
    await until(titles, shown => shown.includes('Volcano erupts'))
    expect(await titles()).toEqual(['Glacier calves', 'Volcano erupts'])
    await until(
      () => seen(url, '/rules', cookie),
      shown => /<td class="number">1<\/td>/.test(shown),
    )

    expect((await send('/rules/no-sales/move', { to: 'up' })).status).toBe(303)
    expect((await send('/rules/no-sales/remove', {})).status).toBe(303)
    expect((await send('/rules/no-sales/remove', {})).status).toBe(404)
    const audit = await seen(url, '/audit?what=rule', cookie)
    for (const action of ['rule.save', 'rule.apply', 'rule.move', 'rule.remove']) expect(audit).toContain(action)
  })

  it('dropped items are shown with their rule', async () => {
    const { url: feed } = await serve((_, response) =>
      response
        .writeHead(200, { 'content-type': 'application/rss+xml' })
        .end(rss([{ title: 'Summer <sale>' }, { title: 'Glacier calves' }])),
    )
    const desk = testDaemon({ sources: [{ id: 'courier', name: 'Courier', url: feed, section: 'world' }] })
    const rules = {
      apply: 'first' as const,
      rules: [{ id: 'no-sales', enabled: true, when: { title: ['summer'] }, do: { drop: true as const } }],
    }
    const daemon = await desk.start(['scheduler', 'crawl', 'articles', 'publish', 'admin'], { rules })
    const url = await setUp(daemon)
    const cookie = await logIn(url)
    await until(
      () => seen(url, '/rules', cookie),
      page => page.includes('https://courier.example/summer'),
    )
    const page = await seen(url, '/rules', cookie)
    expect(page).toContain('only the first that matches is applied')
    expect(page).toContain('<a href="/rules/edit?id=no-sales"')
    expect(await desk.redis.llen(desk.keys.list('latest'))).toBeLessThanOrEqual(1)
  })
})
