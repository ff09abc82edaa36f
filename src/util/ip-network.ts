/** What addresses of one subscriber have in common. (pure) */

import { isIP } from 'node:net'
import { embeddedV4, groupsOf } from '../http-client/address-guard.ts'

/**
 * The network an address belongs to, for bounds on what comes from one place: an IPv4 address itself, of an IPv6 address its first 56 bits.
 * A subscriber has a /64 of his own to choose addresses from, often a /56 (RFC 6177): by the whole address there would be no bound.
 * @returns '' for what is no address
 */
export const networkOf = (address: string): string => {
  const [bare = ''] = address.split('%')
  const version = isIP(bare)
  if (version !== 6) return version === 4 ? bare : ''
  const groups = groupsOf(bare)
  const [a = 0, b = 0, c = 0, d = 0] = groups
  return embeddedV4(groups) ?? `${[a, b, c, d & 0xff00].map(group => group.toString(16)).join(':')}::/56`
}
