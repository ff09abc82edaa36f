import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { readEnvironment } from '../../src/app/config/environment.ts'
import { Settings } from '../../src/app/config/schema.ts'

const Service = z.strictObject({
  image: z.string().optional(),
  build: z.string().optional(),
  command: z.string().optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  volumes: z.array(z.string()),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:/, 'nothing is opened to the network unasked')).optional(),
  healthcheck: z.strictObject({
    test: z.array(z.string()),
    interval: z.string(),
    timeout: z.string(),
    retries: z.int(),
    start_period: z.string().optional(),
  }),
  stop_grace_period: z.string().optional(),
  restart: z.string(),
})
const compose = z
  .strictObject({ services: z.record(z.string(), Service), volumes: z.record(z.string(), z.null()) })
  .parse(parse(readFileSync('docker-compose.yml', 'utf8')))
const dockerfile = readFileSync('Dockerfile', 'utf8')
const defaults = Settings.parse({})

const seconds = (span: string): number => Number(/^(\d+)s$/.exec(span)?.[1])

describe('docker-compose.yml', () => {
  it('gives Redis an append-only file on a volume, and no eviction', () => {
    expect(compose.services.redis?.command).toMatch(/--appendonly yes.*--maxmemory-policy noeviction/)
    expect(compose.services.redis?.volumes[0]?.split(':')[0]).toBe(Object.keys(compose.volumes)[0])
  })

  it('sets only what newsdesk knows', () => {
    const { problems } = readEnvironment(compose.services.newsdesk?.environment ?? {})
    expect(problems).toEqual([])
  })

  it('gives jobs in hand the time they are promised', () => {
    expect(seconds(compose.services.newsdesk?.stop_grace_period ?? '') * 1_000).toBeGreaterThan(defaults.shutdown)
  })
})

describe('the Dockerfile', () => {
  it('copies what there is, runs as nobody special, and asks the admin server for its health', () => {
    for (const [, from] of dockerfile.matchAll(/^COPY (?!--from)(\S+)/gm))
      expect(existsSync(from ?? ''), from).toBe(true)
    expect(dockerfile).toMatch(/^USER node$/m)
    expect(dockerfile).toContain(`http://127.0.0.1:${defaults.admin.port}/readyz`)
    expect(dockerfile).toMatch(/ENTRYPOINT \["node", "dist\/src\/app\/main\.js"\]/)
  })
})

describe('the systemd unit', () => {
  const unit = readFileSync('deploy/newsdesk.service', 'utf8')

  it('starts the daemon, reloads by SIGHUP, and waits for jobs in hand', () => {
    expect(unit).toMatch(/^ExecStart=.*\/dist\/src\/app\/main\.js --config \S+ start$/m)
    expect(unit).toMatch(/^ExecReload=.*-HUP/m)
    expect(seconds(/^TimeoutStopSec=(.*)$/m.exec(unit)?.[1] ?? '') * 1_000).toBeGreaterThan(defaults.shutdown)
  })

  it.skipIf(!existsSync('/usr/bin/systemd-analyze'))('is one systemd understands', () => {
    execFileSync('systemd-analyze', ['verify', '--man=no', 'deploy/newsdesk.service'], { stdio: 'pipe' })
  })
})

describe('the documents', () => {
  const documents = [
    'README.md',
    'CHANGELOG.md',
    ...readdirSync('docs', { recursive: true }).map(name => join('docs', String(name))),
  ].filter(name => name.endsWith('.md'))

  it.each(documents)('%s names only files that are there', document => {
    const text = readFileSync(document, 'utf8')
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g))
      expect(existsSync(join(dirname(document), target)), target).toBe(true)
  })

  it('and code that cites a decision cites one that is there', () => {
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
