/** Evaluates the shipped alerts on what a daemon exposes: two scrapes become series that promtool continues. */

import { execFileSync } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findOnPath } from '../../src/redis/server-binary.ts'
import { aFolder } from './folder.ts'

export const promtool = findOnPath('promtool', `${process.env.PATH}:/usr/bin:/usr/local/bin`)

/** Text of /metrics; null if the daemon did not answer. */
export type Scrape = string | null

export const scrape = (url: string): Promise<Scrape> =>
  fetch(`${url}/metrics`, { signal: AbortSignal.timeout(10_000) }).then(
    answer => answer.text(),
    () => null,
  )

/** The value of a series, 0 where there is none. */
export const readSeries = (text: Scrape, series: string): number =>
  Number(
    text
      ?.split('\n')
      .find(line => line.startsWith(`${series} `))
      ?.slice(series.length + 1) ?? 0,
  )

/** How long the state lasts, min: longer than any alert waits. */
const MINUTES = 300

const parse = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split('\n')
      .filter(line => /^(newsdesk|nodejs)_/.test(line))
      .map(line => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)] as const)
      .filter(([, value]) => /^[-+\d.e]+$/.test(value)),
  )

/** Adds the labels that Prometheus adds to what it scrapes. */
const labelled = (series: string): string => {
  const added = 'job="newsdesk",instance="a"'
  return series.includes('{') ? series.replace('{', `{${added},`) : `${series}{${added}}`
}

/** What is counted grows by as much each minute as it did between the scrapes; anything else stays as it was last. */
const continued = (before: Scrape, after: Scrape): { series: string; values: string }[] => {
  const up = { series: 'up{job="newsdesk",instance="a"}', values: `${after === null ? 0 : 1}x${MINUTES}` }
  if (after === null) return [up]
  const counters = [...after.matchAll(/^# TYPE (\S+) (counter|histogram)$/gm)].map(([, name = '']) => name)
  const isCounted = (series: string) =>
    counters.some(name => series.startsWith(`${name}{`) || series === name || series.startsWith(`${name}_`))
  const first = parse(before ?? after)
  return [
    up,
    ...[...parse(after)].map(([series, value]) => {
      const from = first.get(series) ?? value
      const growth = Math.max(0, Number(value) - Number(from))
      return { series: labelled(series), values: `${isCounted(series) ? `${from}+${growth}` : value}x${MINUTES}` }
    }),
  ]
}

/** @returns names of the alerts that fire after hours of the state between two scrapes, sorted */
export const firing = (before: Scrape, after: Scrape): string[] => {
  if (promtool === undefined) throw new Error('no promtool')
  const folder = aFolder('alerts')
  copyFileSync('deploy/prometheus/alerts.yml', join(folder, 'alerts.yml'))
  const file = join(folder, 'test.yml')
  const test = {
    rule_files: ['alerts.yml'],
    // Of 300 min, every fifth: it is what takes the time.
    evaluation_interval: '5m',
    tests: [
      {
        interval: '1m',
        input_series: continued(before, after),
        // Nothing is expected, so that what fires is printed.
        promql_expr_test: [
          { expr: 'count by (alertname) (ALERTS{alertstate="firing"})', eval_time: `${MINUTES}m`, exp_samples: [] },
        ],
      },
    ],
  }
  writeFileSync(file, JSON.stringify(test)) // JSON is YAML
  try {
    execFileSync(promtool, ['test', 'rules', file], { stdio: 'pipe', encoding: 'utf8' })
    return []
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    const names = [...`${stdout}${stderr}`.matchAll(/alertname[\\]?="(\w+?)[\\]?"/g)].map(([, name = '']) => name)
    if (names.length === 0) throw new Error(`promtool: ${stdout}${stderr}`)
    return [...new Set(names)].sort()
  }
}
