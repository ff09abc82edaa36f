import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { redacted } from '../../src/cli/actions/support-bundle.ts'
import { aConfigFolder, cli, endAll } from '../support/cli.ts'
import { aFolder } from '../support/folder.ts'

endAll()

describe('newsdesk support-bundle', () => {
  it('newsdesk support-bundle shows nothing secret of a configuration', () => {
    expect(
      redacted({
        admin: { password: 'opensesame', port: 3220 },
        redis: { url: 'redis://:opensesame@redis:6379', sentinelPassword: '' },
        tokens: ['kept'],
        webhooks: { room: { url: 'https://hooks.example/opensesame', secret: 'whsec_opensesame', lists: ['latest'] } },
      }),
    ).toEqual({
      admin: { password: '(not shown)', port: 3220 },
      redis: { url: 'redis://***@redis:6379', sentinelPassword: '' },
      tokens: ['kept'],
      webhooks: { room: { url: '(not shown)', secret: '(not shown)', lists: ['latest'] } },
    })
  })

  it('newsdesk support-bundle and check-config work without Redis, and the bundle says what could not be read', async () => {
    const folder = aConfigFolder({ settings: "redis: { url: 'redis://:opensesame@127.0.0.1:1' }\n" })
    const checked = cli(['check-config', '--json', '--config', folder.dir])
    expect(await checked.ended).toBe(0)
    expect(JSON.parse(checked.out())).toMatchObject({ valid: true })

    const here = aFolder('bundle')
    const [out, log] = [join(here, 'bundle.json'), join(here, 'newsdesk.log')]
    writeFileSync(log, '{"event":"crawl.failed","detail":"https://me:opensesame@courier.example/rss"}\n')
    const args = ['support-bundle', '--out', out, '--log', log, '--timeout', '1s', '--config', folder.dir]
    const made = cli(args, { NEWSDESK_ADMIN_PASSWORD: 'opensesame', NEWSDESK_ADMIN_PORT: '1' })
    expect(await made.ended).toBe(0)
    expect(statSync(out).mode & 0o777).toBe(0o600)
    const text = readFileSync(out, 'utf8')
    expect(text).not.toContain('opensesame')
    expect(JSON.parse(text)).toMatchObject({
      versions: { node: process.version },
      configuration: { settings: { admin: { password: '(not shown)' } } },
      status: { unread: expect.stringContaining('does not answer') },
      doctor: expect.arrayContaining([expect.objectContaining({ check: 'Redis', state: 'error' })]),
      metrics: { unread: expect.stringContaining('does not answer') },
      log: [expect.stringContaining('crawl.failed')],
    })
  })
})
