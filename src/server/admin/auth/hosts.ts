/**
 * Names by which the admin server may be asked. A page of somebody else whose name was made to lead here (DNS rebinding) is, to a browser, of one
 * origin with what it finds: its requests still carry that name, and are told by it. (pure)
 */

import { isIP } from 'node:net'

/** @returns the name or address of a Host header without its port, in lower case; undefined where it is none */
export const nameOfHost = (header: string | undefined): string | undefined => {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]/@]+))(?::\d{1,5})?$/i.exec(header ?? '') ?? []
  return (bracketed ?? plain)?.toLowerCase().replace(/\.$/, '')
}

/**
 * Addresses are always good: no page of somebody else has one of ours for a name. So are loopback's names, which no resolver asks others for.
 * @param ours names of this server: as configured, and the machine's own
 */
export const isOwnHost = (header: string | undefined, ours: readonly string[]): boolean => {
  const name = nameOfHost(header)
  if (name === undefined) return false
  if (isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost')) return true
  return ours.some(own => own.toLowerCase().replace(/\.$/, '') === name)
}
