/**
 * Describes the schema of newsdesk.yaml for people: generates config/newsdesk.yaml and docs/configuration.md. (pure)
 */

import { findSchemaDefault, formatYaml } from './defaults.ts'
import { settingPaths, variableName } from './environment.ts'
import type { Applies } from './sections/restart.ts'

const SECTIONS: Readonly<Record<string, string>> = {
  redis: 'The database of newsdesk.',
  log: 'Logging: JSON Lines, or readable text on a terminal.',
  crawl: 'How sources are polled and feeds fetched.',
  push: 'Push by WebSub: publishers that support it deliver news immediately and are polled less often.',
  articles: 'How long articles are kept, and how much memory they may use.',
  stories: 'When two articles are duplicates, and when they belong to one story.',
  events: 'How reported events are counted.',
  lists: 'What the lists contain and how they are ranked.',
  http: 'The public server, which receives events and serves lists.',
  admin: 'The admin server: admin UI, queue dashboard, probes.',
  metrics: 'Metrics and probes for processes without the admin server.',
  tracing: 'OpenTelemetry traces, from crawl to list.',
}

interface Setting {
  readonly path: readonly string[]
  readonly about: string
  readonly default: unknown
  readonly applies: Applies
}

export const describedSettings = (): Setting[] =>
  settingPaths().map(({ path, schema, applies }) => ({
    path,
    about: schema.description ?? '',
    default: findSchemaDefault(schema),
    applies,
  }))

/** Keys that need a restart; a section of nothing else by its name. */
const keysNeedingRestart = (): string[] => {
  const all = describedSettings()
  const sections = [...new Set(all.flatMap(({ path }) => (path.length > 1 ? [path[0] ?? ''] : [])))]
  const whole = sections.filter(section =>
    all.every(({ path, applies }) => path[0] !== section || applies === 'restart'),
  )
  const single = all.filter(({ path, applies }) => applies === 'restart' && !whole.includes(path[0] ?? ''))
  return [...whole, ...single.map(({ path }) => path.join('.'))]
}

const RESTART_NOTE = 'Needs a restart.'

const wrap = (text: string, width: number): string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** config/newsdesk.yaml as it ships: every key, commented, at its default. */
export const shippedYaml = (): string => {
  const out = [
    '# newsdesk: every setting with its default. Remove what you do not change; a missing key has its default.',
    '# Durations are written 500ms, 90s, 10m, 24h or 7d, sizes 64KB or 10MB. Environment variables override this file:',
    '# NEWSDESK_CRAWL_MIN_INTERVAL=5m sets crawl.minInterval. SIGHUP reloads this file; keys that need a restart say so here.',
  ]
  let section = ''
  for (const { path, about, default: value, applies } of describedSettings()) {
    const [first = '', second] = path
    if (second !== undefined && first !== section) out.push('', `# ${SECTIONS[first] ?? ''}`, `${first}:`)
    if (second === undefined) out.push('')
    section = second === undefined ? '' : first
    const indent = '  '.repeat(path.length - 1)
    const said = applies === 'live' ? about : `${about} ${RESTART_NOTE}`
    out.push(...wrap(said, 120).map(line => `${indent}# ${line}`), `${indent}${path.at(-1)}: ${formatYaml(value)}`)
  }
  return `${out.join('\n')}\n`
}

/** docs/configuration.md. */
export const configurationPage = (): string => {
  const out = [
    '# Configuration',
    '',
    'newsdesk reads one folder, `config/` unless `--config DIR` or `NEWSDESK_CONFIG` names another: `newsdesk.yaml` (this page),',
    '`sources.yaml` (the sources), `sections.yaml` (the taxonomy) and `rules.yaml` ([rules per item](rules.md), optional);',
    'comments at the top of those three explain them. newsdesk',
    'validates the files when it starts and reports every problem with file, line, key, value and what is allowed;',
    '`newsdesk doctor` checks everything else. `SIGHUP` reloads the files; if they are invalid, the old configuration stays in',
    'force. The tables say whether a change of a key applies on reload or after a restart. A reload logs the keys that changed',
    'but need a restart, with file, line, old and new value. These need one:',
    ...wrap(
      `${keysNeedingRestart()
        .map(key => `\`${key}\``)
        .join(', ')}.`,
      120,
    ),
    '',
    'newsdesk also checks how keys fit together: intervals that exclude each other, windows longer than the retention of',
    'articles, groups with unknown sources, two servers on one port, headers of a proxy that is not listed.',
    '',
    'Environment variables override the file. `npm run docs` generates this page from the schema.',
  ]
  let section: string | null = null
  for (const { path, about, default: value, applies } of describedSettings()) {
    const own = path.length > 1 ? (path[0] ?? '') : ''
    if (own !== section) {
      out.push(
        '',
        own === '' ? '## The process' : `## \`${own}\``,
        '',
        ...(SECTIONS[own] ? [SECTIONS[own], ''] : []),
        '| key | default | description | change applies | variable |',
        '| --- | --- | --- | --- | --- |',
      )
      section = own
    }
    out.push(
      `| \`${path.join('.')}\` | \`${formatYaml(value)}\` | ${about.replaceAll('|', '\\|')} | ${applies === 'live' ? 'on reload' : 'after a restart'} | \`${variableName(path)}\` |`,
    )
  }
  return `${out.join('\n')}\n`
}
