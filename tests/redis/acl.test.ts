import type { Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'
import { GRACE } from '../../src/eviction/evict.ts'
import { createMigrate } from '../../src/maintenance/migrations/migrate.ts'
import { type AclUser, aclRules } from '../../src/redis/acl.ts'
import { usedMemory } from '../../src/redis/memory.ts'
import { readServers } from '../../src/redis/servers.ts'
import { loadKeys } from '../support/dump.ts'
import { OLD_KEYS } from '../support/old-keys.ts'
import { aFullRoom, anEmptyRoom, aRoom, shownThoughGone } from '../support/room.ts'

const desk = anEmptyRoom()
const { redis: root, keys, connect } = desk

/** A connection that may do what the rules of a user say. */
const as = async (user: AclUser): Promise<Redis> => {
  const name = `${keys.prefix}-${user}`
  await root.call('ACL', 'SETUSER', name, '>secret', ...aclRules(user, keys.prefix))
  const plain = connect()
  const redis = plain.duplicate({ username: name, password: 'secret' })
  plain.disconnect()
  afterAll(async () => {
    redis.disconnect()
    await root.call('ACL', 'DELUSER', name)
  })
  return redis
}

describe('a scheduler under its own user of Redis', () => {
  it('a scheduler under its own user of Redis lets the oldest articles go, and those whose time has come, out of all that tells of them', async () => {
    const { clock, config, lists, articles, fill, taken, there } = await aFullRoom(desk)
    const redis = await as('scheduler')
    expect(await redis.acl('WHOAMI')).toBe(`${keys.prefix}-scheduler`)
    const room = aRoom({
      ...{ redis, keys },
      settings: () => config.settings.articles,
      names: () => lists.publisher.names(),
      now: () => clock.now,
      used: async () => {
        expect(await usedMemory(redis)).toBeGreaterThan(0)
        return taken()
      },
    })
    await root.pexpire(keys.article(articles[50]?.id ?? ''), 60_000)
    await fill(0.96)
    const { aged, dropped } = await room.run()
    expect([aged, dropped > 0]).toEqual([1, true])
    clock.now += GRACE
    expect((await room.run()).finished).toBe(aged + dropped)
    expect(await there()).not.toContain(0)
    expect(await there()).not.toContain(50)
    expect(await shownThoughGone(root, keys)).toEqual([])
  })
})

describe('an admin under its own user of Redis', () => {
  it('an admin under its own user of Redis can migrate the keys of an older version', async () => {
    const redis = await as('admin')
    await loadKeys(root, OLD_KEYS, key => key.replace('newsdesk', keys.prefix))
    await root.set(keys.schema(), 5)
    const { carried } = await createMigrate({ redis, keys, say: () => undefined }).run()
    expect(carried).toMatchObject([{ to: 6, count: OLD_KEYS.length }, { to: 7 }, { to: 8 }])
    expect(await root.hget(keys.eviction(), 'evicted')).toBe('7')
    expect(await root.lrange(keys.viewer('someone'), 0, -1)).toEqual(['b', 'a'])
  })
})

describe('how Redis is set up', () => {
  it.each(['scheduler', 'admin'] as const)(
    'the user %s is told how Redis is set up without CONFIG, which would tell it passwords',
    async user => {
      const redis = await as(user)
      const [, policy] = (await root.config('GET', 'maxmemory-policy')) as [string, string]
      expect((await readServers(redis)).policy).toBe(policy)
      await expect(redis.config('GET', 'requirepass')).rejects.toThrow('NOPERM')
    },
  )
})
