import { describe, expect, it } from 'vitest'
import { addressOf, findUrlError, showAddress } from '../../src/config/redis-address.ts'
import { aclFile, isFenced } from '../../src/redis/acl.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { clusterProblem } from '../../src/redis/probe.ts'

describe('redis.url', () => {
  it('redis.url names one server, a cluster, or sentinels and their master', () => {
    expect(addressOf('redis://h:1/2')).toEqual({ url: 'redis://h:1/2' })
    expect(addressOf('unix:///run/r.sock')).toEqual({ socket: '/run/r.sock' })
    expect(addressOf('rediss-cluster://desk:p%40ss@a:7000,[::1]:7001,c')).toEqual({
      cluster: {
        hosts: [
          { host: 'a', port: 7000 },
          { host: '::1', port: 7001 },
          { host: 'c', port: 6379 },
        ],
        ...{ username: 'desk', password: 'p@ss', isTls: true },
      },
    })
    expect(addressOf('redis-sentinel://:s@a,b:1/main/3')).toMatchObject({
      sentinel: { hosts: [{ port: 26379 }, { port: 1 }], password: 's', name: 'main', db: 3, isTls: false },
    })
  })

  it('redis.url is shown without its password', () => {
    for (const url of [
      'redis://u:geheim@h:1',
      'redis-cluster://u:geheim@h:1,i:2',
      'redis-sentinel://:geheim@h:1/main',
    ]) {
      const shown = showAddress(addressOf(url))
      expect(shown).toContain('***')
      expect(shown).not.toContain('geheim')
    }
  })

  it.each([
    ['http://h', /must be one of/],
    ['redis-cluster://a:99999', /invalid host:port as host number 1/],
    ['redis-cluster://a,', /invalid host:port as host number 2/],
    ['redis-cluster://a/1', /no databases/],
    ['redis-sentinel://a', /has no master name/],
    ['redis-sentinel://a/main/x', /invalid database number/],
    ['redis-cluster://u:50%@a', /write % as %25/],
  ])('redis.url %s is refused with an error that says what is wrong', (url, words) => {
    expect(findUrlError(url)).toMatch(words)
  })

  it('redis.url of a cluster is refused until all hash slots are assigned', () => {
    const info = (assigned: number) => `cluster_state:fail\r\ncluster_slots_assigned:${assigned}\r\n`
    expect(clusterProblem(info(0))).toMatch(/no slots yet.*--cluster create/)
    expect(clusterProblem(info(16_000))).toMatch(/384 of the cluster's 16384 slots/)
    expect(clusterProblem(info(16_384))).toBeNull()
  })
})

describe('the ACL rules of Redis', () => {
  it('the ACL rules of Redis cover every key in use', () => {
    const keys = keysFor('p')
    const names = Object.entries(keys).flatMap(([name, key]) => {
      if (typeof key !== 'function' || name === 'relatedBackLinksSlot') return []
      const made = (key as (...some: string[]) => string)('a', 'b', 'c')
      return [name === 'bull' ? `${made}:crawl:wait` : made]
    })
    expect(names.length).toBeGreaterThan(50)
    expect(names.filter(key => !isFenced(key, 'p'))).toEqual([])
  })

  it('the ACL rules of Redis are printed as lines of an ACL file', () => {
    expect(aclFile('p', ['reporting'])).toMatch(
      /^user p-reporting >PASSWORD-OF-REPORTING on resetkeys .*~p:events .*\n$/,
    )
  })
})
