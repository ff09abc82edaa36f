/** IP addresses: ranges, the network that identifies a subscriber, and IPv4 addresses embedded in IPv6. (pure) */

import { BlockList, isIP } from 'node:net'
/**
 * The network of an address, for rate limits per subscriber: an IPv4 address itself, or the first 56 bits of an IPv6
 * address. A subscriber can choose any address in a /64, often in a /56 (RFC 6177), so a limit per address would limit
 * nothing.
 * @returns '' if it is not an address
 */
export const findNetwork = (address: string): string => {
  const [bare = ''] = address.split('%')
  const version = isIP(bare)
  if (version !== 6) return version === 4 ? bare : ''
  const groups = parseGroups(bare)
  const [a = 0, b = 0, c = 0, d = 0] = groups
  return embeddedV4(groups) ?? `${[a, b, c, d & 0xff00].map(group => group.toString(16)).join(':')}::/56`
}

/** The eight groups of an IPv6 address in any notation. */
export const parseGroups = (address: string): number[] => {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const plain = dotted ? `${dotted[1]}${hexPair(dotted[2], dotted[3])}:${hexPair(dotted[4], dotted[5])}` : address
  const [head = '', tail] = plain.split('::')
  const read = (part: string) => (part === '' ? [] : part.split(':').map(group => Number.parseInt(group, 16)))
  const [before, after] = [read(head), read(tail ?? '')]
  return tail === undefined ? before : [...before, ...Array(8 - before.length - after.length).fill(0), ...after]
}

const hexPair = (high = '0', low = '0'): string => (Number(high) * 256 + Number(low)).toString(16)

export const formatDotted = (high = 0, low = 0): string => [high >> 8, high & 255, low >> 8, low & 255].join('.')

/**
 * The IPv4 address to which an intermediary maps an IPv6 address: mapped (::ffff:0:0/96), or translated by NAT64
 * (64:ff9b::/96, RFC 6052).
 */
export const embeddedV4 = (groups: readonly number[]): string | null => {
  const [a, b, c, d, e, f, g, h] = groups
  const zeros = a === 0 && b === 0 && c === 0 && d === 0
  if (zeros && e === 0 && f === 0xffff) return formatDotted(g, h)
  if (a === 0x64 && b === 0xff9b && c === 0 && d === 0 && e === 0 && f === 0) return formatDotted(g, h)
  return null
}

/** @throws RangeError that names an entry which is not a range */
export const addressRanges = (ranges: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits, ...more] = range.split('/')
    const version = isIP(address)
    const most = version === 4 ? 32 : 128
    const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
    if (version === 0 || more.length > 0 || address.includes('%') || !(length <= most))
      throw new RangeError(`${JSON.stringify(range)} is no address range: write it as 10.1.0.0/16 or fd00::/8`)
    const mapped = version === 6 && length >= 96 ? embeddedV4(parseGroups(address)) : null
    if (mapped) list.addSubnet(mapped, length - 96, 'ipv4')
    else list.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}
