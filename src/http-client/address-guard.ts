/**
 * Decides which addresses may be fetched from. The address actually connected to is checked, so that no name, redirect
 * or rebinding DNS server leads into the operator's network. (pure)
 */

import { isIP, isIPv4 } from 'node:net'
import { addressRanges, embeddedV4, formatDotted, parseGroups } from '../util/ip-network.ts'

/**
 * IANA special-purpose registry (RFC 6890 and successors): everything that is not the public internet, and one metadata
 * service that is.
 */
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
/** Global unicast: the only part of IPv6 that is the public internet (RFC 4291, IANA). The rest is refused. */
const GLOBAL_V6 = '2000::/3'
/** Special ranges within it: protocol assignments with Teredo and ORCHID, documentation, 6to4. */
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']
/** Extracts the IPv4 address that an ISATAP address (RFC 5214) has in its interface id; null if it is none. */
const isatapV4 = ([, , , , e, f, g, h]: readonly number[]): string | null =>
  f === 0x5efe && (e === 0 || e === 0x200) ? formatDotted(g, h) : null
const special = {
  v4: addressRanges(SPECIAL_V4),
  v6: addressRanges(SPECIAL_V6),
  globalV6: addressRanges([GLOBAL_V6]),
} as const

const isSpecial = (address: string): boolean => {
  if (isIPv4(address)) return special.v4.check(address, 'ipv4')
  if (!special.globalV6.check(address, 'ipv6') || special.v6.check(address, 'ipv6')) return true
  const inner = isatapV4(parseGroups(address))
  return inner !== null && isSpecial(inner)
}

export interface Guard {
  /** Why an address may not be connected to, or null if it may. */
  refuses(address: string): string | null
}

/**
 * @param allow special ranges that may be reached
 * @throws RangeError naming a range that is invalid
 */
export const createGuard = (allow: readonly string[]): Guard => {
  const allowed = addressRanges(allow)
  return {
    refuses(written) {
      const [address = ''] = written.split('%') // a zone names the interface, not the address
      const version = isIP(address)
      if (version === 0) return `${written} is no address`
      const judged = version === 6 ? (embeddedV4(parseGroups(address)) ?? address) : address
      if (!isSpecial(judged) || allowed.check(judged, isIPv4(judged) ? 'ipv4' : 'ipv6')) return null
      return `${written} is a private or special address; crawl.allow names ranges that may be fetched from`
    },
  }
}

/**
 * A guard of ranges that a reload may change; it is rebuilt only when they do.
 * @throws RangeError naming a range that is invalid, both here and when the guard is called for
 */
export const createLiveGuard = (allow: () => readonly string[]): (() => Guard) => {
  let made = { allow: allow(), guard: createGuard(allow()) }
  return () => {
    const now = allow()
    if (now !== made.allow) made = { allow: now, guard: createGuard(now) }
    return made.guard
  }
}
