import { describe, expect, it } from 'vitest'
import { keysFor } from '../../src/redis/keys.ts'
import { createAudit } from '../../src/use-cases/audit-log.ts'
import { logIn } from '../support/admin.ts'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { testDaemon } from '../support/daemon.ts'

endAll()
const desk = testDaemon({ sources: [] })
const { dir } = aConfigFolder()
const env = { NEWSDESK_CONFIG: dir, NEWSDESK_REDIS_URL: redisUrl(), NEWSDESK_REDIS_PREFIX: desk.keys.prefix }

const newsdesk = async (args: readonly string[], input?: string) => {
  const run = cli(args, env, input)
  return { code: await run.ended, out: run.out(), err: run.err() }
}

describe('newsdesk users and tokens', () => {
  it('newsdesk users and newsdesk tokens manage accounts and tokens, and the audit log records it without secrets', {
    timeout: 240_000,
  }, async () => {
    expect(
      (await newsdesk(['users', 'add', 'ana', '--role', 'admin', '--password-stdin'], 'long enough, ana\n')).code,
    ).toBe(0)
    expect((await newsdesk(['users', 'add', 'ana', '--password-stdin'], 'long enough, ana\n')).err).toContain('already')
    const { adminUrl, setupUrl } = await desk.start(['admin'])
    expect(setupUrl).toBeNull()
    await logIn(adminUrl ?? '', 'ana', 'long enough, ana')

    expect((await newsdesk(['users', 'remove', 'ana'])).err).toContain('only admin')
    expect((await newsdesk(['users', 'passwd', 'ana', '--password-stdin'], 'short')).code).toBe(2)
    expect(JSON.parse((await newsdesk(['users', 'list', '--json'])).out)).toMatchObject([
      { name: 'ana', role: 'admin' },
    ])

    const made = await newsdesk(['tokens', 'add', 'deploy', '--for', '90d'])
    const token = made.out.trim()
    expect(token).toMatch(/^nd_[a-f0-9]{8}_/)
    const asked = () =>
      fetch(`${adminUrl}/audit`, { headers: { authorization: `Bearer ${token}`, accept: 'application/json' } })
    const told = await (await asked()).text()
    for (const what of ['user.add', 'token.add', 'cli:']) expect(told).toContain(what)
    for (const secret of ['long enough', token.slice(12)]) expect(told).not.toContain(secret)

    expect((await newsdesk(['tokens', 'revoke', token.split('_')[1] ?? ''])).code).toBe(0)
    expect((await asked()).status).toBe(401)
    const { entries } = await createAudit({ redis: desk.redis, keys: keysFor(desk.keys.prefix), now: Date.now }).read(
      { who: 'cli:', what: 'token.revoke', on: '' },
      null,
      1,
    )
    expect(entries[0]?.before).toContain('deploy')
  })
})
