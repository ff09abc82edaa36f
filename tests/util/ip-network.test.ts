import { describe, expect, it } from 'vitest'
import { findNetwork } from '../../src/util/ip-network.ts'

describe('the network of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['2001:db8:1:2345:6:7:8:9', '2001:db8:1:2300::/56'],
    ['2001:DB8:1:23ff::', '2001:db8:1:2300::/56'],
    ['fe80::1%eth0', 'fe80:0:0:0::/56'],
    ['', ''],
    ['unknown', ''],
  ])('the network of the address %j is %j', (address, network) => {
    expect(findNetwork(address)).toBe(network)
  })
})
