/** `newsdesk doctor`: finds what is wrong with this installation, and says how to fix it. */

import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import pc from 'picocolors'
import { type Config, loadConfig } from '../../config/load.ts'
import { ConfigError } from '../../config/problems.ts'
import { showAddress } from '../../config/redis-address.ts'
import { createFetcher } from '../../http-client/fetch.ts'
import { explainReply } from '../../redis/explain-reply.ts'
import { keysFor } from '../../redis/keys.ts'
import { NoRedisError } from '../../redis/no-redis.ts'
import { readServers } from '../../redis/servers.ts'
import { KEEPS_KEYS } from '../../redis/setup-problems.ts'
import type { Store } from '../../redis/store.ts'
import { checkWrites } from '../../redis/write-check.ts'
import { customModelPath, loadSectionModel } from '../../sections/model-loader.ts'
import { withRedis } from '../with-redis.ts'
import { checkData, type DoctorFinding } from './doctor-data.ts'

const MIN_REDIS = 6.2
/** ms. */
const MAX_SKEW = 2_000
/** Sources fetched to check that the network works. */
const SAMPLE = 5

const checkNode = (): DoctorFinding => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const fits = major > 20 || (major === 20 && minor >= 19)
  return {
    check: 'Node',
    state: fits ? 'ok' : 'error',
    message: process.version,
    ...(fits ? {} : { fix: 'install Node 20.19 or newer' }),
  }
}

/** Compares redis.replicas with the replicas that each master has. */
const checkReplicas = (wanted: number, found: number | null): DoctorFinding => {
  const check = 'Replicas'
  if (found === null)
    return { check, state: 'ok', message: `unknown, Redis does not tell; redis.replicas is ${wanted}` }
  if (wanted > found)
    return {
      check,
      state: 'error',
      message: `redis.replicas is ${wanted}, but a master has only ${found}: newsdesk ingests nothing`,
      fix: 'add replicas, or lower redis.replicas',
    }
  if (wanted === 0 && found > 0)
    return {
      check,
      state: 'warning',
      message: `${found} per master, but newsdesk does not wait for any`,
      fix: 'set redis.replicas to 1: otherwise writes that were just acknowledged are lost when a master fails',
    }
  return { check, state: 'ok', message: `${found} per master; newsdesk waits for ${wanted}` }
}

/** Reports a Redis that is unreachable or rejects a command as a finding, so that the other checks still run. */
const reportUnreachable = async (check: () => Promise<DoctorFinding[]>): Promise<DoctorFinding[]> => {
  try {
    return await check()
  } catch (error) {
    const explained = explainReply(error)
    if (explained !== null) return [{ check: 'Redis', state: 'error', message: explained.text, fix: explained.fix }]
    if (!(error instanceof NoRedisError)) throw error
    const [message = '', ...fix] = error.message.split('\n')
    return [{ check: 'Redis', state: 'error', message, fix: fix.join('; ') }]
  }
}

const checkWritable = async (store: Store): Promise<DoctorFinding> => {
  const rejection = await checkWrites(store)
  return rejection === null
    ? { check: 'Writes', state: 'ok', message: 'Redis accepts them' }
    : { check: 'Writes', state: 'error', message: rejection.text, fix: rejection.fix }
}

const checkRedis = (config: Config): Promise<DoctorFinding[]> =>
  withRedis(config.settings, { start: true, purpose: 'doctor' }, async ({ redis, server: started }) => {
    const servers = await readServers(redis)
    const { version, policy, durable, masters, replicas } = servers
    const [seconds, micros] = (await redis.time()).map(Number)
    const skew = Math.abs((seconds ?? 0) * 1_000 + (micros ?? 0) / 1_000 - Date.now())
    return [
      {
        check: 'Redis',
        state: Number.parseFloat(version) >= MIN_REDIS ? 'ok' : 'error',
        message: `${version} at ${showAddress(started.address)} (${started.origin}${masters > 1 ? `, ${masters} masters` : ''})`,
        fix: 'use Redis 6.2 or newer, or Valkey',
      },
      await checkWritable({ redis, keys: keysFor(config.settings.redis.prefix) }),
      {
        check: 'Eviction',
        state: policy === 'noeviction' ? 'ok' : policy === 'unknown' ? 'warning' : 'error',
        message: `maxmemory-policy ${policy}`,
        fix: KEEPS_KEYS,
      },
      {
        check: 'Durability',
        state: durable ? 'ok' : 'warning',
        message:
          durable === null ? 'unknown, Redis does not tell' : durable ? 'append-only file on' : 'no append-only file',
        fix: 'redis-cli CONFIG SET appendonly yes: otherwise jobs and counts are lost when Redis restarts',
      },
      checkReplicas(config.settings.redis.replicas, replicas),
      {
        check: 'Clock',
        state: skew < MAX_SKEW ? 'ok' : 'error',
        message: `${Math.round(skew)} ms off the clock of Redis`,
        fix: 'synchronise the clocks (chrony, systemd-timesyncd)',
      },
    ]
  })

/** Recognises another newsdesk on the port by its health endpoint. */
const isNewsdesk = async (host: string, port: number): Promise<boolean> => {
  try {
    const answer = await fetch(`http://${host.includes(':') ? `[${host}]` : host}:${port}/healthz`, {
      signal: AbortSignal.timeout(2_000),
    })
    return ((await answer.json()) as { status?: unknown } | null)?.status === 'alive' // may be any JSON
  } catch {
    // Whatever holds the port does not speak HTTP, or is not newsdesk.
    return false
  }
}

/** The servers that this configuration starts. */
const listServers = ({ settings: { admin, http, metrics, roles } }: Config) => [
  ...(roles.includes('admin') ? [{ name: 'Admin', key: 'admin', host: admin.host, port: admin.port }] : []),
  ...(roles.includes('http') && http.port >= 0
    ? [{ name: 'Public', key: 'http', host: http.host, port: http.port }]
    : []),
  ...(metrics.port === null ? [] : [{ name: 'Metrics', key: 'metrics', host: metrics.host, port: metrics.port }]),
]

/** Checks that the port is free, or that newsdesk itself already listens on it. */
const checkPort = async ({ name, key, host, port }: ReturnType<typeof listServers>[number]): Promise<DoctorFinding> => {
  const probe = createServer()
  const error = await new Promise<NodeJS.ErrnoException | null>(resolve => {
    probe.once('error', resolve)
    probe.listen(port, host, () => probe.close(() => resolve(null)))
  })
  const check = `${name} port`
  if (error === null) return { check, state: 'ok', message: `${host}:${port} is free` }
  if (await isNewsdesk(host, port)) return { check, state: 'ok', message: `newsdesk answers at ${host}:${port}` }
  return {
    check,
    state: 'error',
    message: `cannot listen on ${host}:${port} (${error.code})`,
    fix:
      error.code === 'EADDRINUSE'
        ? `another process listens there: choose another ${key}.port`
        : `choose another ${key}.host or ${key}.port`,
  }
}

const checkSources = async (config: Config): Promise<DoctorFinding[]> => {
  const enabled = config.sources.filter(source => source.enabled)
  const sample = enabled
    .filter((_, index) => index % Math.max(1, Math.floor(enabled.length / SAMPLE)) === 0)
    .slice(0, SAMPLE)
  const fetcher = createFetcher(() => config.settings.crawl)
  try {
    return await Promise.all(
      sample.map(async ({ id, url }): Promise<DoctorFinding> => {
        const outcome = await fetcher.fetchFeed({ url, validators: null })
        if (outcome.kind !== 'failed') return { check: `Source ${id}`, state: 'ok', message: 'reachable' }
        return {
          check: `Source ${id}`,
          state: 'warning',
          message: `${outcome.reason}: ${outcome.detail}`,
          fix: 'check network, proxy and firewall; `newsdesk crawl` tries again',
        }
      }),
    )
  } finally {
    await fetcher.close()
  }
}

/** @returns every finding, and 2 if the configuration is invalid, otherwise 0 */
export const examine = async (
  configDir: string,
  repair: boolean,
): Promise<{ readonly findings: readonly DoctorFinding[]; readonly code: number }> => {
  const findings: DoctorFinding[] = [checkNode()]
  let code = 0
  try {
    const config = loadConfig(configDir, process.env)
    findings.push({
      check: 'Configuration',
      state: 'ok',
      message: `${config.sources.length} sources, ${config.taxonomy.length} sections in ${configDir}`,
    })
    for (const message of config.notes ?? []) findings.push({ check: 'Configuration', state: 'warning', message })
    const own = customModelPath(config.dir)
    // The daemon reads the model when it starts, so a broken one would stop it.
    if (existsSync(own)) loadSectionModel(own)
    if (config.settings.crawl.contact === '') {
      findings.push({
        check: 'Contact',
        state: 'warning',
        message: 'publishers have no way to contact you',
        fix: 'set crawl.contact to a URL or an email address',
      })
    }
    const redis = await reportUnreachable(() => checkRedis(config))
    findings.push(...redis)
    const isOk = (of: string) => redis.every(({ check, state }) => check !== of || state === 'ok')
    // Nothing can be repaired while Redis rejects writes.
    if (isOk('Redis')) findings.push(...(await reportUnreachable(() => checkData(configDir, repair && isOk('Writes')))))
    findings.push(...(await Promise.all(listServers(config).map(checkPort))), ...(await checkSources(config)))
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    findings.push(
      ...error.problems.map((message): DoctorFinding => ({ check: 'Configuration', state: 'error', message })),
    )
    code = 2
  }
  return { findings, code }
}

/**
 * @param repair also fixes the data in Redis
 * @returns 0 without errors, 1 with errors, 2 if the configuration is invalid
 */
export const doctorCommand = async (
  configDir: string,
  { json, repair }: { json: boolean; repair: boolean },
): Promise<number> => {
  const { findings, code } = await examine(configDir, repair)
  const failed = findings.some(({ state }) => state === 'error')
  if (json) console.log(JSON.stringify(findings, null, 2))
  else {
    for (const { check, state, message, fix } of findings) {
      const mark = { ok: pc.green('✓'), warning: pc.yellow('!'), error: pc.red('✗') }[state]
      console.log(`${mark} ${check}: ${message}${state !== 'ok' && fix ? `\n    ${pc.dim(fix)}` : ''}`)
    }
  }
  return code || Number(failed)
}
