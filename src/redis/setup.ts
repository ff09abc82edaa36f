/**
 * Errors of a connection's set-up: its user and its database. If Redis refuses these, it is not a temporary outage: on
 * a connection that went on regardless, writes meant for one database would land in another.
 */

import { Redis, type RedisOptions } from 'ioredis'

const UNTRUSTED = /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_HAS_EXPIRED|CERT_UNTRUSTED|CERT_NOT_YET_VALID/

/** ioredis errors for bytes that are not the Redis protocol. */
const SPEAKS_OTHERWISE = /Unknown RESP type|Protocol error, got/

/** The database does not exist: Redis has fewer, is a cluster, or does not let this user select one. */
const NO_DATABASE = /DB index is out of range|invalid DB index|SELECT is not allowed in cluster mode/i

/** The ioredis error if no sentinel answered usefully; the last one may have refused the connection. */
const BY_SENTINELS = /^All sentinels are unreachable.*Last error: (WRONGPASS|NOAUTH|ERR invalid password|ERR AUTH)/

const ofSentinel = (message: string): string =>
  `the sentinels refuse the user or password (${message.split(/[ :]/)[0]}): correct redis.sentinelPassword (NEWSDESK_REDIS_SENTINEL_PASSWORD), and redis.sentinelUser where they have users; what redis.url holds goes to their Redis alone`

/**
 * Explains an error of a connection's set-up that waiting does not fix, and how to fix it. (pure)
 * @param isSentinel whether a sentinel reported it
 */
export const authenticationProblem = (error: Error, isSentinel = false): string | null => {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const { message } = error
  const [, bySentinels] = BY_SENTINELS.exec(message) ?? []
  if (bySentinels !== undefined) return ofSentinel(bySentinels)
  if (isSentinel && /^(WRONGPASS|NOAUTH|ERR invalid password|ERR AUTH)/.test(message)) return ofSentinel(message)
  if (NO_DATABASE.test(message))
    return `it has no database of this number (${message}): correct the number at the end of redis.url (NEWSDESK_REDIS_URL), or raise \`databases\` of Redis`
  if (message.startsWith('NOPERM') && /\bselect\b/i.test(message))
    return `the user may not choose a database (${message}): let it with +select, or use database 0`
  if (/^(WRONGPASS|NOAUTH|ERR invalid password|ERR AUTH)/.test(message))
    return `the user or password is refused (${message.split(/[ :]/)[0]}): correct redis.url (NEWSDESK_REDIS_URL)`
  if (message.startsWith('NOPERM'))
    return `the user may not do what newsdesk needs (${message}): \`newsdesk acl\` prints the rules for each role`
  if (UNTRUSTED.test(code))
    return `its certificate is not trusted (${message}): name the PEM file of who signed it in redis.tlsCa`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `its certificate is for another name (${message}): correct the host in redis.url, or set redis.tlsServerName`
  if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/i.test(code))
    return 'it asks for a certificate of ours: set redis.tlsCert and redis.tlsKey'
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/.test(code) || code === 'EPROTO')
    return 'it speaks no TLS there: write redis://, redis-cluster:// or redis-sentinel://, or give its TLS port'
  if (SPEAKS_OTHERWISE.test(message))
    return 'what listens there speaks no Redis: correct the host and port in redis.url'
  if (code === 'ENOENT' && 'path' in error && 'syscall' in error && error.syscall === 'open')
    return `${String(error.path)} cannot be read: correct redis.tlsCa, tlsCert or tlsKey`
  if (/^ERR_OSSL|^ERR_SSL/.test(code))
    return `TLS fails (${message}): look at the files of redis.tlsCa, tlsCert and tlsKey`
  return null
}

/** Replies that ioredis handles by itself: a Redis with an older protocol, or one that needs no password. */
const BY_ITSELF =
  /NOPROTO|unknown command|no password is set|without any password configured|wrong number of arguments for 'auth'/i

/** Error code of a refused connection set-up; no command fails with it. */
const SETUP_REFUSED = 'SETUP_REFUSED'

/** Steps that must not fail. The name for CLIENT LIST and the hint about this library may. */
const STEPS = new Set(['hello', 'auth', 'select'])

/**
 * A connection that is ready only after every step of its set-up succeeded. A refusal is emitted as `error`, without
 * the command (which holds the password); the connection ends, and queued commands are kept for the next one: none is
 * sent past the refusal. ioredis itself (6.0.0) goes on in database 0 if SELECT is refused, and fails all queued
 * commands if AUTH is.
 */
export class CheckedRedis extends Redis {
  override duplicate(some?: Partial<RedisOptions>): Redis {
    return new CheckedRedis({ ...this.options, ...some } as RedisOptions & { replyMapping?: 'legacy' }) // ours set no other replyMapping
  }

  override sendCommand(...[command, stream]: Parameters<Redis['sendCommand']>): unknown {
    const answer = super.sendCommand(command, stream)
    return STEPS.has(command.name) ? this.unlessRefused(answer as Promise<unknown>) : answer // a command always returns a promise
  }

  private async unlessRefused(step: Promise<unknown>): Promise<unknown> {
    try {
      return await step
    } catch (error) {
      const { name, message } = error as Error
      // If the connection ended meanwhile, the next one runs the set-up again.
      if (name !== 'ReplyError' || BY_ITSELF.test(message)) throw error
      if (this.listenerCount('error') > 0)
        this.emit('error', Object.assign(new Error(message), { code: SETUP_REFUSED }))
      this.stream.destroy()
      // Never resolves, so no further step of the set-up runs: this connection is ending.
      return new Promise(() => undefined)
    }
  }
}
