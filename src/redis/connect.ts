/** Connections to Redis: made here, so that all behave alike when Redis goes away and comes back. */

import { Redis } from 'ioredis'
import type { Logger } from 'pino'

/** Where a Redis listens: a URL (redis, rediss) or a Unix socket. */
export type RedisAddress = { readonly url: string } | { readonly socket: string }

/** @param url `redis://`, `rediss://`, or `unix:/path/to/socket` */
export const addressOf = (url: string): RedisAddress =>
  url.startsWith('unix:') ? { socket: url.slice('unix:'.length).replace(/^\/\/(?=\/)/, '') } : { url }

/** The address for people to read: without its password. */
export const showAddress = (address: RedisAddress): string => {
  if ('socket' in address) return `unix:${address.socket}`
  const url = new URL(address.url)
  if (url.password) url.password = '***'
  return url.href
}

/**
 * ms without an answer after which a connection is given up for a new one: a router or a firewall in between may have forgotten it, and
 * nothing would ever come. Longer than anything blocks; what was asked is asked again, as after any other end of a connection.
 */
const SILENT = 15_000

/**
 * Opens a connection that waits for Redis however long it is away: commands queue, and one line is logged when it goes and one
 * when it is back, not one for each attempt.
 * @param name shown in CLIENT LIST
 * @param pipelined false for connections that block or that BullMQ takes its own turns on
 */
export const connectRedis = (address: RedisAddress, log: Logger, name: string, { pipelined = true } = {}): Redis => {
  const options = {
    connectionName: name,
    // Commands wait for Redis rather than failing: a worker resumes where it was. BullMQ's workers demand it too.
    maxRetriesPerRequest: null,
    socketTimeout: SILENT,
    // What is asked for in one turn of the event loop goes out together, also on a cluster (one batch a node).
    enableAutoPipelining: pipelined,
    retryStrategy: (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000),
  }
  const redis = 'socket' in address ? new Redis({ ...options, path: address.socket }) : new Redis(address.url, options)
  let away = false
  redis.on('error', (error: Error) => {
    if (away) return
    away = true
    log.warn(
      { redis: showAddress(address), connection: name, error: error.message || String(error) },
      'Redis is away; waiting for it',
    )
  })
  redis.on('ready', () => {
    if (away) log.info({ redis: showAddress(address), connection: name }, 'Redis is back')
    away = false
  })
  return redis
}
