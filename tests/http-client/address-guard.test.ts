import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGuard } from '../../src/http-client/address-guard.ts'

const guard = createGuard([])

describe('an address', () => {
  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.0.1',
    '198.18.0.1',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.251',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::127.0.0.1',
    '::7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:7f00:0001',
    '::FFFF:10.0.0.1',
    '::ffff:0:10.0.0.1',
    '64:ff9b::10.0.0.1',
    '64:ff9b::a00:1',
    '0064:ff9b:0:0:0:0:a9fe:a9fe',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
    '2001:db8::1',
    '2002:7f00:1::',
    '2002:a00:1::1',
    '2a00:1450:4001:80b:0:5efe:10.0.0.1',
    '2a00:1450:4001:80b:200:5efe:7f00:1',
    '3fff::1',
    '4000::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
  ])('the address %s is blocked', address => {
    expect(guard.refuses(address)).not.toBeNull()
  })

  it.each(['127.1', '0x7f.0.0.1', '0177.0.0.1', '2130706433', '[::1]', 'localhost', '', '1.2.3.4.5', ':::1', '%'])(
    'an address spelt %j is none, and not reached',
    address => {
      expect(guard.refuses(address)).toContain('no address')
    },
  )

  it.each([
    '1.1.1.1',
    '93.184.216.34',
    '100.63.255.255',
    '100.128.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '192.0.1.1',
    '198.17.0.1',
    '198.20.0.1',
    '223.255.255.255',
    '::ffff:8.8.8.8',
    '::ffff:808:808',
    '64:ff9b::8.8.8.8',
    '2606:4700:4700::1111',
    '2a00:1450:4001:80b::200e',
  ])('the public internet address %s is allowed', address => {
    expect(guard.refuses(address)).toBeNull()
  })

  it('an address is judged alike however it is written', () => {
    const octet = fc.integer({ min: 0, max: 255 })
    fc.assert(
      fc.property(octet, octet, octet, octet, (a, b, c, d) => {
        const plain = guard.refuses(`${a}.${b}.${c}.${d}`) === null
        const [high, low] = [(a * 256 + b).toString(16), (c * 256 + d).toString(16)]
        for (const spelt of [
          `::ffff:${a}.${b}.${c}.${d}`,
          `::ffff:${high}:${low}`,
          `0:0:0:0:0:FFFF:${high}:${low}`,
          `64:ff9b::${high}:${low}`,
          `64:ff9b:0:0:0:0:${a}.${b}.${c}.${d}`,
        ])
          expect(guard.refuses(spelt) === null, spelt).toBe(plain)
      }),
    )
  })
})

describe('an allowed range', () => {
  it('an allowed range opens only itself, in every spelling', () => {
    const open = createGuard(['10.1.0.0/16', 'fd00:1::/32', '::1', '192.168.7.7'])
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '::ffff:a01:203', 'fd00:1::9', '::1', '192.168.7.7'])
      expect(open.refuses(address), address).toBeNull()
    for (const address of ['10.2.0.1', 'fd00:2::1', '127.0.0.1', '192.168.7.8'])
      expect(open.refuses(address), address).not.toBeNull()
    expect(createGuard(['::ffff:10.0.0.0/104']).refuses('10.9.9.9')).toBeNull()
  })

  it.each([
    'ten',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    'fd00::/129',
    '10.0.0/8',
    'fe80::1%1',
    '10.0.0.0/8 ',
  ])('an allowed range written as %j is refused rather than guessed', range => {
    expect(() => createGuard([range])).toThrow('10.1.0.0/16')
  })
})
