/**
 * Host names that the admin server answers to. After DNS rebinding, a stranger's page is of the same origin as ours to
 * the browser, but its requests still carry the stranger's host name, and are refused by it.
 */

import { isIP } from 'node:net'

/** @returns the name or address in a Host header without its port, in lower case; undefined if it is invalid */
export const nameOfHost = (header: string | undefined): string | undefined => {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]/@]+))(?::\d{1,5})?$/i.exec(header ?? '') ?? []
  return (bracketed ?? plain)?.toLowerCase().replace(/\.$/, '')
}

/**
 * IP addresses are always accepted: a stranger's page cannot have one of ours as its host. So are names of loopback,
 * which resolvers never look up elsewhere.
 * @param ours names of this server: the configured ones and the machine's own
 */
export const isOwnHost = (header: string | undefined, ours: readonly string[]): boolean => {
  const name = nameOfHost(header)
  if (name === undefined) return false
  if (isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost')) return true
  return ours.some(own => own.toLowerCase().replace(/\.$/, '') === name)
}
