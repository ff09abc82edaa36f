/**
 * `newsdesk support-bundle`: collects what a report of a problem needs into one JSON file. A part that cannot be read
 * says why, so that the others are still there.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { arch, release, type } from 'node:os'
import { type Config, loadConfig } from '../../config/load.ts'
import { readStatus } from '../../use-cases/status.ts'
import { withoutCredentials } from '../../util/redact.ts'
import { version } from '../../util/version.ts'
import { withSession } from '../session.ts'
import { examine } from './doctor.ts'

const LINES = 500
const WITHIN = 5_000
const HIDDEN = '(not shown)'
const SECRET = /password|secret|token|credential|visitor/i
/** Who knows the URL of a webhook of Slack may write there. */
const SECRET_OF_WEBHOOK = /^(?:url|secret)$/

/** Removes secrets from any value: what a key of that name holds, and credentials in URLs. (pure) */
export const redacted = (value: unknown, secret = SECRET): unknown => {
  if (typeof value === 'string') return withoutCredentials(value)
  if (Array.isArray(value)) return value.map(each => redacted(each, secret))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      secret.test(key) && typeof inner === 'string'
        ? inner === ''
          ? ''
          : HIDDEN
        : redacted(inner, key === 'webhooks' ? SECRET_OF_WEBHOOK : secret),
    ]),
  )
}

/** @returns what was read, or `{ "unread": why }` */
const part = async (read: () => Promise<unknown> | unknown): Promise<unknown> => {
  try {
    return redacted(await read())
  } catch (error) {
    return { unread: withoutCredentials(error instanceof Error ? error.message : String(error)) }
  }
}

const readMetrics = async ({ settings: { admin, metrics } }: Config): Promise<string[]> => {
  const { host, port } = metrics.port === null ? admin : { ...metrics, port: metrics.port }
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const url = `http://${name.includes(':') ? `[${name}]` : name}:${port}/metrics`
  const answer = await fetch(url, { signal: AbortSignal.timeout(WITHIN) }).catch((error: unknown) => {
    throw new Error(`${url} does not answer: no daemon serves metrics there`, { cause: error })
  })
  return (await answer.text()).split('\n').filter(line => line !== '' && !line.startsWith('#'))
}

const readLog = (file: string | null): string[] | { readonly unread: string } =>
  file === null
    ? { unread: 'no log was given: --log <file>, or journalctl -u newsdesk -o cat | newsdesk support-bundle --log -' }
    : readFileSync(file === '-' ? 0 : file, 'utf8')
        .split('\n')
        .filter(line => line !== '')
        .slice(-LINES)

/** @returns 0; 1 if the file cannot be written */
export const supportBundleCommand = async (
  configDir: string,
  { out, log }: { out: string; log: string | null },
): Promise<number> => {
  const config = await part(() => loadConfig(configDir, process.env))
  const bundle = {
    madeAt: new Date().toISOString(),
    versions: { newsdesk: version, node: process.version, system: `${type()} ${release()} ${arch()}` },
    configuration: config,
    status: await part(() =>
      withSession(
        configDir,
        async session => readStatus({ ...session, queues: await session.queues(), now: Date.now }),
        { onlyReads: true },
      ),
    ),
    doctor: await part(async () => (await examine(configDir, false)).findings),
    metrics: await part(() => readMetrics(loadConfig(configDir, process.env))),
    log: await part(() => readLog(log)),
  }
  writeFileSync(out, `${JSON.stringify(bundle, null, 2)}\n`, { mode: 0o600 })
  console.log(`${out}: read it before you pass it on; it has no passwords, but the names of your sources and hosts`)
  return 0
}
