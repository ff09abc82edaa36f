import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { readEnvironment } from '../../src/config/environment.ts'
import { Settings } from '../../src/config/schema.ts'
import { createMetrics } from '../../src/server/metrics/metrics.ts'
import { promtool } from '../support/promtool.ts'

/** As each service stands once what they share is put in. */
const Service = z.strictObject({
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  cap_drop: z.tuple([z.literal('ALL')]),
  read_only: z.literal(true),
  tmpfs: z.tuple([z.literal('/tmp')]),
  user: z.string().optional(),
  image: z.string().optional(),
  build: z.string().optional(),
  command: z.string().optional(),
  profiles: z.array(z.literal('monitoring')).optional(),
  depends_on: z
    .union([z.array(z.string()), z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') }))])
    .optional(),
  environment: z.record(z.string(), z.string()).optional(),
  volumes: z.array(z.string()),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:/, 'nothing is opened to the network unasked')).optional(),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()),
      interval: z.string(),
      timeout: z.string(),
      retries: z.int(),
      start_period: z.string().optional(),
    })
    .optional(),
  stop_grace_period: z.string().optional(),
  restart: z.string(),
})
const compose = z
  .strictObject({
    'x-hardened': z.unknown(),
    services: z.record(z.string(), Service),
    volumes: z.record(z.string(), z.null()),
  })
  .parse(parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }))
const dockerfile = readFileSync('Dockerfile', 'utf8')
const defaults = Settings.parse({})

const seconds = (span: string): number => Number(/^(\d+)s$/.exec(span)?.[1])

describe('docker-compose.yml', () => {
  it('docker-compose.yml gives Redis an append-only file on a volume, and no eviction', () => {
    expect(compose.services.redis?.command).toMatch(/--appendonly yes.*--maxmemory-policy noeviction/)
    expect(compose.services.redis?.volumes[0]?.split(':')[0]).toBe(Object.keys(compose.volumes)[0])
  })

  it('docker-compose.yml opens Redis to nobody outside, and gives no service more than it needs', () => {
    expect(Object.keys(compose.services)).toEqual(['redis', 'newsdesk', 'prometheus', 'grafana'])
    expect(compose.services.redis?.ports).toBeUndefined()
    expect(compose.services.redis?.user).toBe('redis')
    // What the schema above asks of each: no new privileges, no capabilities, nothing writable but volumes.
    expect(Object.values(compose.services).map(({ read_only }) => read_only)).toEqual([true, true, true, true])
  })

  it('docker-compose.yml sets only environment variables that newsdesk knows', () => {
    const { problems } = readEnvironment(compose.services.newsdesk?.environment ?? {})
    expect(problems).toEqual([])
  })

  it('docker-compose.yml gives running jobs at least the shutdown time of the defaults', () => {
    expect(seconds(compose.services.newsdesk?.stop_grace_period ?? '') * 1_000).toBeGreaterThan(defaults.shutdown)
  })
})

describe('the files for monitoring', () => {
  const dashboard = readFileSync('deploy/grafana/newsdesk.json', 'utf8')
  const alerts = readFileSync('deploy/prometheus/alerts.yml', 'utf8')

  it('every file that docker-compose.yml mounts for monitoring exists', () => {
    const mounted = Object.values(compose.services).flatMap(({ volumes }) =>
      volumes.flatMap(volume => (volume.startsWith('./') ? [volume.split(':')[0] ?? ''] : [])),
    )
    expect(mounted.filter(path => !existsSync(path))).toEqual([])
    expect(readFileSync('deploy/prometheus/prometheus.yml', 'utf8')).toContain(`newsdesk:${defaults.admin.port}`)
  })

  it('the dashboard and the alerts query only metrics that newsdesk exports', async () => {
    const gauges = createMetrics({ version: '0', read: () => Promise.reject(new Error('no Redis')), now: Date.now })
    const known = new Set(
      [...(await gauges.scrape()).matchAll(/^# TYPE (\w+) (\w+)/gm)].flatMap(([, name, type]) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
      ),
    )
    const asked = [...`${dashboard}${alerts}`.matchAll(/\b(?:newsdesk|nodejs|process)_\w+/g)].map(([name]) => name)
    expect(asked.length).toBeGreaterThan(30)
    expect([...new Set(asked)].filter(name => !known.has(name))).toEqual([])
  })

  it('every panel of the dashboard has a position and a query', () => {
    const { panels } = z
      .object({
        panels: z.array(
          z.object({
            title: z.string().min(1),
            gridPos: z.object({ x: z.int(), y: z.int() }),
            targets: z.array(z.object({ expr: z.string().min(1) })).min(1),
          }),
        ),
      })
      .parse(JSON.parse(dashboard))
    expect(new Set(panels.map(({ gridPos: { x, y } }) => `${x} ${y}`)).size).toBe(panels.length)
  })

  it.skipIf(promtool === undefined)(
    'promtool accepts the configuration and the alerts (Debian: apt-get install prometheus)',
    () => {
      execFileSync(promtool ?? '', ['check', 'config', 'prometheus.yml'], { cwd: 'deploy/prometheus', stdio: 'pipe' })
    },
  )
})

describe('the Dockerfile', () => {
  it('the Dockerfile copies what there is, runs as nobody special, and asks the admin server for its health', () => {
    for (const [, from] of dockerfile.matchAll(/^COPY (?!--from)(\S+)/gm))
      expect(existsSync(from ?? ''), from).toBe(true)
    expect(dockerfile).toMatch(/^USER node$/m)
    expect(dockerfile).toContain(`http://127.0.0.1:${defaults.admin.port}/readyz`)
    expect(dockerfile).toMatch(/ENTRYPOINT \["node", "dist\/src\/main\.js"\]/)
  })
})

describe('the systemd unit', () => {
  const unit = readFileSync('deploy/newsdesk.service', 'utf8')

  it('the systemd unit starts the daemon, reloads it by SIGHUP, and waits for running jobs', () => {
    expect(unit).toMatch(/^ExecStart=.*\/dist\/src\/main\.js --config \S+ start$/m)
    expect(unit).toMatch(/^ExecReload=.*-HUP/m)
    expect(seconds(/^TimeoutStopSec=(.*)$/m.exec(unit)?.[1] ?? '') * 1_000).toBeGreaterThan(defaults.shutdown)
  })

  it.skipIf(!existsSync('/usr/bin/systemd-analyze'))('the systemd unit passes the check by systemd', () => {
    execFileSync('systemd-analyze', ['verify', '--man=no', 'deploy/newsdesk.service'], { stdio: 'pipe' })
  })
})

describe('the documents', () => {
  const documents = [
    'README.md',
    'CHANGELOG.md',
    ...readdirSync('docs', { recursive: true }).map(name => join('docs', String(name))),
  ].filter(name => name.endsWith('.md'))

  it.each(documents)('every file that %s names exists', document => {
    const text = readFileSync(document, 'utf8')
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g))
      expect(existsSync(join(dirname(document), target)), target).toBe(true)
  })

  it('every decision record that the code cites exists', () => {
    const decisions = readdirSync('docs/decisions').map(name => name.slice(0, 4))
    const cited = ['src', 'jobs', 'scripts', 'bench'].flatMap(folder =>
      readdirSync(folder, { recursive: true })
        .map(name => join(folder, String(name)))
        .filter(name => /\.(ts|mjs|lua)$/.test(name))
        .flatMap(name =>
          [...readFileSync(name, 'utf8').matchAll(/docs\/decisions\/(\d{4})/g)].map(
            ([, number]) => `${name} ${number}`,
          ),
        ),
    )
    expect(cited.filter(each => !decisions.includes(each.slice(-4)))).toEqual([])
  })
})
