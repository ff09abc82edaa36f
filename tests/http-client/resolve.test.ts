import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns'
import { once } from 'node:events'
import { isIPv4 } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { createResolve } from '../../src/http-client/connect.ts'

const A = 1
const AAAA = 28

/** The addresses of every name by the type of the question; null: it is never answered, []: there is none. */
type Zone = Readonly<Record<number, readonly string[] | null>>

const formatAddress = (address: string): Buffer =>
  isIPv4(address)
    ? Buffer.from(address.split('.').map(Number))
    : Buffer.concat([Buffer.from([0x20, 0x01, 0x48, 0x60]), Buffer.alloc(11), Buffer.of(Number(address.slice(-1)))])

/** A server of names on loopback (RFC 1035): one question, its answers with a pointer to the name in it. */
const resolverOf = async (zone: Zone): Promise<Resolver> => {
  const server = createSocket('udp4').bind(0, '127.0.0.1')
  await once(server, 'listening')
  afterAll(() => server.close())
  server.on('message', (query, { address, port }) => {
    const end = query.indexOf(0, 12) + 5
    const type = query.readUInt16BE(end - 4)
    const answers = zone[type]
    if (!answers) return
    const head = Buffer.from(query.subarray(0, 12))
    head.writeUInt16BE(0x8180, 2)
    head.writeUInt16BE(answers.length, 6)
    head.writeUInt32BE(0, 8)
    const records = answers.flatMap(each => {
      const data = formatAddress(each)
      const record = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length])
      return [record, data]
    })
    server.send(Buffer.concat([head, query.subarray(12, end), ...records]), port, address)
  })
  const resolver = new Resolver({ timeout: 3_000, tries: 2 })
  resolver.setServers([`127.0.0.1:${server.address().port}`])
  afterAll(() => resolver.cancel())
  return resolver
}

describe('a name', () => {
  it('a name whose server never answers about IPv6 is resolved without waiting for it', async () => {
    const resolve = createResolve(await resolverOf({ [A]: ['192.0.2.7'], [AAAA]: null }))
    const started = performance.now()
    expect(await resolve('news.example.com')).toEqual([{ address: '192.0.2.7', family: 4 }])
    // A question that is not answered takes three seconds and more.
    expect(performance.now() - started).toBeLessThan(2_500)
  })

  it('a name with addresses of both families is resolved to all of them, IPv4 first', async () => {
    const resolve = createResolve(await resolverOf({ [A]: ['192.0.2.7', '192.0.2.8'], [AAAA]: ['2001:4860::5'] }))
    expect(await resolve('news.example.com')).toEqual([
      { address: '192.0.2.7', family: 4 },
      { address: '192.0.2.8', family: 4 },
      { address: '2001:4860::5', family: 6 },
    ])
  })

  it('a name with addresses of one family alone is resolved at once', async () => {
    const resolve = createResolve(await resolverOf({ [A]: [], [AAAA]: ['2001:4860::5'] }))
    expect(await resolve('news.example.com')).toEqual([{ address: '2001:4860::5', family: 6 }])
  })
})
