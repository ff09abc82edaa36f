/**
 * Which addresses may be fetched from. Checked on the address actually connected to, so that no name, no redirect and no rebinding DNS
 * server leads into the operator's network. (pure, but for the lookup handed in)
 */

import { BlockList, isIP } from 'node:net'

/** IANA special-purpose registries (RFC 6890 and successors): everything that is not the public internet. */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
const SPECIAL_V6 = [
  '::/128',
  '::1/128',
  '::ffff:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]

/** @throws RangeError for what is no range, naming it */
const listOf = (ranges: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const version = isIP(address)
    if (version === 0)
      throw new RangeError(`${JSON.stringify(range)} is no address range: write it as 10.1.0.0/16 or fd00::/8`)
    const family = version === 4 ? 'ipv4' : 'ipv6'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}

// Apart: a list holding ::ffff:0:0/96 would take every IPv4 address for a mapped one.
const special = { ipv4: listOf(SPECIAL_V4), ipv6: listOf(SPECIAL_V6) } as const

/** An IPv4 address written as IPv6 (::ffff:10.0.0.1) is judged as itself. */
const unmapped = (address: string): string => {
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (dotted) return dotted
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address)
  if (!hex) return address
  const [high, low] = [Number.parseInt(hex[1] ?? '', 16), Number.parseInt(hex[2] ?? '', 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

export interface Guard {
  /** Why an address may not be connected to, or null where it may. */
  refuses(address: string): string | null
}

/**
 * @param allow ranges that may be reached though they are special
 * @throws RangeError naming a range that is none
 */
export const createGuard = (allow: readonly string[]): Guard => {
  const allowed = listOf(allow)
  return {
    refuses(written) {
      const address = unmapped(written)
      const version = isIP(address)
      if (version === 0) return `${written} is no address`
      const family = version === 4 ? 'ipv4' : 'ipv6'
      if (!special[family].check(address, family) || allowed.check(address, family)) return null
      return `${written} is a private or special address; crawl.allow names ranges that may be fetched from`
    },
  }
}
