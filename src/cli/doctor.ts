/** `newsdesk doctor`: what is wrong with this installation, and how to mend it. */

import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import pc from 'picocolors'
import { type Config, loadConfig } from '../config/load.ts'
import { ConfigError } from '../config/problems.ts'
import { showAddress } from '../config/redis-address.ts'
import { createFetcher } from '../http-client/fetch.ts'
import { NoRedisError } from '../redis/server.ts'
import { readServers } from '../redis/servers.ts'
import { customModelPath, loadSectionModel } from '../sections/model-loader.ts'
import { checkData, type Finding } from './doctor-data.ts'
import { withRedis } from './with-redis.ts'

const OLDEST_REDIS = 6.2
const MOST_SKEW = 2_000
const SAMPLE = 5

const checkNode = (): Finding => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const fits = major > 20 || (major === 20 && minor >= 19)
  return {
    check: 'Node',
    state: fits ? 'good' : 'bad',
    what: process.version,
    ...(fits ? {} : { mend: 'install Node 20.19 or newer' }),
  }
}

/** Whether there are the replicas that are to hold what is acknowledged, and whether those there are are asked. */
const checkReplicas = (wanted: number, found: number | null): Finding => {
  const check = 'Replicas'
  if (found === null) return { check, state: 'good', what: `not told; redis.replicas asks for ${wanted}` }
  if (wanted > found)
    return {
      check,
      state: 'bad',
      what: `redis.replicas asks for ${wanted}, and a master has ${found}: nothing is taken in`,
      mend: 'add replicas, or lower redis.replicas',
    }
  if (wanted === 0 && found > 0)
    return {
      check,
      state: 'warning',
      what: `${found} for each master, and none is waited for`,
      mend: 'set redis.replicas to 1: without it a master that is lost takes what it had just acknowledged with it',
    }
  return { check, state: 'good', what: `${found} for each master, ${wanted} waited for` }
}

/** Tells of a Redis that is not there, or goes meanwhile, as of anything else. */
const unlessAway = async (look: () => Promise<Finding[]>): Promise<Finding[]> => {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof NoRedisError)) throw error
    const [what = '', ...mend] = error.message.split('\n')
    return [{ check: 'Redis', state: 'bad', what, mend: mend.join('; ') }]
  }
}

const checkRedis = (config: Config): Promise<Finding[]> =>
  withRedis(config.settings, { start: true, purpose: 'doctor' }, async ({ redis, server: started }) => {
    const servers = await readServers(redis)
    const { version, policy, durable, masters, replicas } = servers
    const [seconds, micros] = (await redis.time()).map(Number)
    const skew = Math.abs((seconds ?? 0) * 1_000 + (micros ?? 0) / 1_000 - Date.now())
    return [
      {
        check: 'Redis',
        state: Number.parseFloat(version) >= OLDEST_REDIS ? 'good' : 'bad',
        what: `${version} at ${showAddress(started.address)} (${started.origin}${masters > 1 ? `, ${masters} masters` : ''})`,
        mend: 'Redis 6.2 or newer, or Valkey',
      },
      {
        check: 'Eviction',
        state: policy === 'noeviction' ? 'good' : policy === 'unknown' ? 'warning' : 'bad',
        what: `maxmemory-policy ${policy}`,
        mend: 'redis-cli CONFIG SET maxmemory-policy noeviction: any other loses jobs',
      },
      {
        check: 'Durability',
        state: durable ? 'good' : 'warning',
        what: durable === null ? 'not told' : durable ? 'append-only file on' : 'no append-only file',
        mend: 'redis-cli CONFIG SET appendonly yes: without it a restart of Redis loses jobs and counts',
      },
      checkReplicas(config.settings.redis.replicas, replicas),
      {
        check: 'Clock',
        state: skew < MOST_SKEW ? 'good' : 'bad',
        what: `${Math.round(skew)} ms from Redis`,
        mend: 'keep the clocks in step (chrony, systemd-timesyncd)',
      },
    ]
  })

/** Whether a newsdesk answers there: its health page says so in a way of its own. */
const isNewsdesk = async (host: string, port: number): Promise<boolean> => {
  try {
    const answer = await fetch(`http://${host.includes(':') ? `[${host}]` : host}:${port}/healthz`, {
      signal: AbortSignal.timeout(2_000),
    })
    return ((await answer.json()) as { status?: unknown } | null)?.status === 'alive' // anybody's JSON
  } catch {
    // Whoever holds the port speaks no HTTP, or says something else: it is not ours.
    return false
  }
}

/** The servers that this configuration starts, with the name of each. */
const placesOf = ({ settings: { admin, http, metrics, roles } }: Config) => [
  ...(roles.includes('admin') ? [{ name: 'Admin', key: 'admin', host: admin.host, port: admin.port }] : []),
  ...(roles.includes('http') && http.port >= 0
    ? [{ name: 'Public', key: 'http', host: http.host, port: http.port }]
    : []),
  ...(metrics.port === null ? [] : [{ name: 'Metrics', key: 'metrics', host: metrics.host, port: metrics.port }]),
]

/** Whether it can be listened on; where a newsdesk runs already, whether it is the one that does. */
const checkPort = async ({ name, key, host, port }: ReturnType<typeof placesOf>[number]): Promise<Finding> => {
  const probe = createServer()
  const trouble = await new Promise<NodeJS.ErrnoException | null>(resolve => {
    probe.once('error', resolve)
    probe.listen(port, host, () => probe.close(() => resolve(null)))
  })
  const check = `${name} port`
  if (trouble === null) return { check, state: 'good', what: `${host}:${port} is free` }
  if (await isNewsdesk(host, port)) return { check, state: 'good', what: `newsdesk answers at ${host}:${port}` }
  return {
    check,
    state: 'bad',
    what: `${host}:${port} cannot be listened on (${trouble.code})`,
    mend:
      trouble.code === 'EADDRINUSE'
        ? `somebody else listens there: choose another ${key}.port`
        : `choose another ${key}.host or ${key}.port`,
  }
}

const checkSources = async (config: Config): Promise<Finding[]> => {
  const enabled = config.sources.filter(source => source.enabled)
  const sample = enabled
    .filter((_, index) => index % Math.max(1, Math.floor(enabled.length / SAMPLE)) === 0)
    .slice(0, SAMPLE)
  const fetcher = createFetcher(config.settings.crawl)
  try {
    return await Promise.all(
      sample.map(async ({ id, url }): Promise<Finding> => {
        const outcome = await fetcher.fetchFeed({ url, validators: null })
        if (outcome.kind !== 'failed') return { check: `Source ${id}`, state: 'good', what: 'reachable' }
        return {
          check: `Source ${id}`,
          state: 'warning',
          what: `${outcome.reason}: ${outcome.detail}`,
          mend: 'is there a network, a proxy, a firewall? `newsdesk crawl` tries again',
        }
      }),
    )
  } finally {
    await fetcher.close()
  }
}

/**
 * @param repair mends what is wrong of the data
 * @returns 0 where nothing is bad, 1 where something is, 2 where the configuration cannot be read
 */
export const doctorCommand = async (
  configDir: string,
  { json, repair }: { json: boolean; repair: boolean },
): Promise<number> => {
  const findings: Finding[] = [checkNode()]
  let code = 0
  try {
    const config = loadConfig(configDir, process.env)
    findings.push({
      check: 'Configuration',
      state: 'good',
      what: `${config.sources.length} sources, ${config.taxonomy.length} sections in ${configDir}`,
    })
    findings.push(...(config.notes ?? []).map((what): Finding => ({ check: 'Configuration', state: 'warning', what })))
    const own = customModelPath(config.dir)
    // Read at the start: what is broken would keep it from coming up.
    if (existsSync(own)) loadSectionModel(own)
    if (config.settings.crawl.contact === '') {
      findings.push({
        check: 'Contact',
        state: 'warning',
        what: 'publishers cannot reach you',
        mend: 'set crawl.contact to a URL or address',
      })
    }
    const redis = await unlessAway(() => checkRedis(config))
    findings.push(...redis)
    if (redis.every(({ check, state }) => check !== 'Redis' || state === 'good'))
      findings.push(...(await unlessAway(() => checkData(configDir, repair))))
    findings.push(...(await Promise.all(placesOf(config).map(checkPort))), ...(await checkSources(config)))
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    findings.push(...error.problems.map((what): Finding => ({ check: 'Configuration', state: 'bad', what })))
    code = 2
  }
  const bad = findings.some(({ state }) => state === 'bad')
  if (json) console.log(JSON.stringify(findings, null, 2))
  else {
    for (const { check, state, what, mend } of findings) {
      const mark = { good: pc.green('✓'), warning: pc.yellow('!'), bad: pc.red('✗') }[state]
      console.log(`${mark} ${check}: ${what}${state !== 'good' && mend ? `\n    ${pc.dim(mend)}` : ''}`)
    }
  }
  return code || Number(bad)
}
