/**
 * The set-up of a connection: who one is, and which database is meant. What Redis refuses of that is no passing outage: on a connection that
 * went on regardless, work meant for one database would land in another.
 */

import { Redis, type RedisOptions } from 'ioredis'

const UNTRUSTED = /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_HAS_EXPIRED|CERT_UNTRUSTED|CERT_NOT_YET_VALID/

/** What ioredis says of bytes that are no answer. */
const SPEAKS_OTHERWISE = /Unknown RESP type|Protocol error, got/

/** A database that is none: Redis has fewer, is a cluster, or does not let this user choose one. */
const NO_DATABASE = /DB index is out of range|invalid DB index|SELECT is not allowed in cluster mode/i

/** What ioredis says where it was answered by no sentinel; the last of them may have refused it. */
const BY_SENTINELS = /^All sentinels are unreachable.*Last error: (WRONGPASS|NOAUTH|ERR invalid password|ERR AUTH)/

const ofSentinel = (message: string): string =>
  `the sentinels refuse the user or password (${message.split(/[ :]/)[0]}): correct redis.sentinelPassword (NEWSDESK_REDIS_SENTINEL_PASSWORD), and redis.sentinelUser where they have users; what redis.url holds goes to their Redis alone`

/**
 * What an error of a connection's set-up means where waiting does not help, and how to mend it. (pure)
 * @param isSentinel whether it was a sentinel that said so
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

/** What ioredis answers by itself: a Redis that speaks an older protocol, or that asks for no password. */
const BY_ITSELF =
  /NOPROTO|unknown command|no password is set|without any password configured|wrong number of arguments for 'auth'/i

/** Code of an error that a connection tells of its own set-up; no command is ever answered with it. */
const SETUP_REFUSED = 'SETUP_REFUSED'

/** Steps that must not fail. A name for CLIENT LIST, or a hint at this library, may. */
const STEPS = new Set(['hello', 'auth', 'select'])

/**
 * A connection that is ready only once all of its set-up was answered well. A refusal is told as `error`, without the command that met it
 * (that holds the password), the connection ends, and what waits is kept for the next one: nothing is sent past it.
 * ioredis itself (6.0.0) goes on in database 0 where SELECT is refused, and lets all that waits fail where AUTH is.
 */
export class CheckedRedis extends Redis {
  override duplicate(some?: Partial<RedisOptions>): Redis {
    return new CheckedRedis({ ...this.options, ...some } as RedisOptions & { replyMapping?: 'legacy' }) // ours never have another
  }

  override sendCommand(...[command, stream]: Parameters<Redis['sendCommand']>): unknown {
    const answer = super.sendCommand(command, stream)
    return STEPS.has(command.name) ? this.unlessRefused(answer as Promise<unknown>) : answer // a command is answered by a promise
  }

  private async unlessRefused(step: Promise<unknown>): Promise<unknown> {
    try {
      return await step
    } catch (error) {
      const { name, message } = error as Error
      // What ended meanwhile is set up anew.
      if (name !== 'ReplyError' || BY_ITSELF.test(message)) throw error
      if (this.listenerCount('error') > 0)
        this.emit('error', Object.assign(new Error(message), { code: SETUP_REFUSED }))
      this.stream.destroy()
      // Whatever would follow does not: this connection is over.
      return new Promise(() => undefined)
    }
  }
}
