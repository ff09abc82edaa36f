/**
 * Which addresses may be fetched from. Checked on the address actually connected to, so that no name, no redirect and no rebinding DNS
 * server leads into the operator's network. (pure)
 */

import { BlockList, isIP, isIPv4 } from 'node:net'

/** IANA special-purpose registry (RFC 6890 and successors): everything that is not the public internet, and one metadata service that is. */
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
  // Azure's platform service: a public address that answers only inside a virtual machine.
  '168.63.129.16/32',
]
/** Global unicast is all of IPv6 that is the public internet (RFC 4291, IANA): the rest is refused without being named. */
const GLOBAL_V6 = '2000::/3'
/** What is special within it: protocol assignments with Teredo and ORCHID, documentation, 6to4. */
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

/** The eight groups of an IPv6 address, however it is spelt. */
export const groupsOf = (address: string): number[] => {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const plain = dotted ? `${dotted[1]}${hexPair(dotted[2], dotted[3])}:${hexPair(dotted[4], dotted[5])}` : address
  const [head = '', tail] = plain.split('::')
  const read = (part: string) => (part === '' ? [] : part.split(':').map(group => Number.parseInt(group, 16)))
  const [before, after] = [read(head), read(tail ?? '')]
  return tail === undefined ? before : [...before, ...Array(8 - before.length - after.length).fill(0), ...after]
}
const hexPair = (high = '0', low = '0'): string => (Number(high) * 256 + Number(low)).toString(16)

const dottedOf = (high = 0, low = 0): string => [high >> 8, high & 255, low >> 8, low & 255].join('.')

/** The IPv4 address a machine on the way makes of an IPv6 one: mapped (::ffff:0:0/96), or translated by NAT64 (64:ff9b::/96, RFC 6052). */
export const embeddedV4 = (groups: readonly number[]): string | null => {
  const [a, b, c, d, e, f, g, h] = groups
  const zeros = a === 0 && b === 0 && c === 0 && d === 0
  if (zeros && e === 0 && f === 0xffff) return dottedOf(g, h)
  if (a === 0x64 && b === 0xff9b && c === 0 && d === 0 && e === 0 && f === 0) return dottedOf(g, h)
  return null
}

/** ISATAP (RFC 5214) hides an IPv4 address in the interface id of any prefix. */
const isatapV4 = ([, , , , e, f, g, h]: readonly number[]): string | null =>
  f === 0x5efe && (e === 0 || e === 0x200) ? dottedOf(g, h) : null

/** @throws RangeError for what is no range, naming it */
const listOf = (ranges: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits, ...more] = range.split('/')
    const version = isIP(address)
    const most = version === 4 ? 32 : 128
    const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
    if (version === 0 || more.length > 0 || address.includes('%') || !(length <= most))
      throw new RangeError(`${JSON.stringify(range)} is no address range: write it as 10.1.0.0/16 or fd00::/8`)
    const mapped = version === 6 && length >= 96 ? embeddedV4(groupsOf(address)) : null
    if (mapped) list.addSubnet(mapped, length - 96, 'ipv4')
    else list.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}

const special = { v4: listOf(SPECIAL_V4), v6: listOf(SPECIAL_V6), globalV6: listOf([GLOBAL_V6]) } as const

const isSpecial = (address: string): boolean => {
  if (isIPv4(address)) return special.v4.check(address, 'ipv4')
  if (!special.globalV6.check(address, 'ipv6') || special.v6.check(address, 'ipv6')) return true
  const inner = isatapV4(groupsOf(address))
  return inner !== null && isSpecial(inner)
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
      const [address = ''] = written.split('%') // a zone says on which wire, not where
      const version = isIP(address)
      if (version === 0) return `${written} is no address`
      const judged = version === 6 ? (embeddedV4(groupsOf(address)) ?? address) : address
      if (!isSpecial(judged) || allowed.check(judged, isIPv4(judged) ? 'ipv4' : 'ipv6')) return null
      return `${written} is a private or special address; crawl.allow names ranges that may be fetched from`
    },
  }
}

/**
 * The guard of ranges that a reload may change: made anew only when they do.
 * @throws RangeError naming a range that is none, here and whenever it is asked for
 */
export const guardOf = (allow: () => readonly string[]): (() => Guard) => {
  let made = { allow: allow(), guard: createGuard(allow()) }
  return () => {
    const now = allow()
    if (now !== made.allow) made = { allow: now, guard: createGuard(now) }
    return made.guard
  }
}
