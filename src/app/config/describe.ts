/** The schema of newsdesk.yaml, told to people: the shipped file and the page of documentation are written from it. (pure) */

import type { z } from 'zod'
import { settingPaths, variableOf } from './environment.ts'
import { Settings } from './schema.ts'

const ROOMS: Readonly<Record<string, string>> = {
  redis: 'Where everything is kept.',
  log: 'Logs: JSON lines, or for people on a terminal.',
  crawl: 'How sources are polled and feeds fetched.',
  push: 'Push by WebSub: news at once from publishers that offer it, and fewer polls.',
  articles: 'What is kept of articles, and for how long.',
  stories: 'When articles are the same, and when they tell the same event.',
  events: 'How reported reads are counted.',
  lists: 'What the lists hold and how they are ranked.',
  http: 'The public server for pages: events in.',
  admin: 'The admin server: desk, queue dashboard, health.',
  tracing: 'Traces of OpenTelemetry, from crawl to list.',
}

/** The default as one would write it: a duration or size in its unit, not in ms or bytes. */
const defaultOf = (schema: z.ZodType): unknown => {
  let inner: unknown = schema
  while (inner && typeof inner === 'object' && '_zod' in inner) {
    const { def } = (inner as z.core.$ZodType)._zod as unknown as {
      def: { defaultValue?: unknown; innerType?: unknown }
    }
    if (def.defaultValue !== undefined) return def.defaultValue
    inner = def.innerType
  }
  return undefined
}

const yamlOf = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(yamlOf).join(', ')}]`
    : typeof value === 'object' && value !== null
      ? JSON.stringify(value)
      : typeof value === 'string' &&
          (value === '' || /[:#{}[\],&*!|>'"%@`]|^[\d.]/.test(value)) &&
          !/^[\d.]+[a-zA-Z]+$/.test(value)
        ? `'${value.replaceAll("'", "''")}'`
        : String(value)

interface Setting {
  readonly path: readonly string[]
  readonly about: string
  readonly default: unknown
}

export const describedSettings = (): Setting[] =>
  settingPaths(Settings).map(({ path, schema }) => ({
    path,
    about: schema.description ?? '',
    default: defaultOf(schema),
  }))

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
    '# newsdesk: every setting with its default. Take out what you do not change; what is missing keeps its default.',
    '# Durations are written 500ms, 90s, 10m, 24h or 7d; sizes 64KB or 10MB. Environment variables go over this file:',
    '# NEWSDESK_CRAWL_MIN_INTERVAL=5m is crawl.minInterval. A change is taken up by SIGHUP (redis, roles, admin and where http listens: by a restart).',
  ]
  let room = ''
  for (const { path, about, default: value } of describedSettings()) {
    const [first = '', second] = path
    if (second !== undefined && first !== room) out.push('', `# ${ROOMS[first] ?? ''}`, `${first}:`)
    if (second === undefined) out.push('')
    room = second === undefined ? '' : first
    const indent = '  '.repeat(path.length - 1)
    out.push(...wrap(about, 120).map(line => `${indent}# ${line}`), `${indent}${path.at(-1)}: ${yamlOf(value)}`)
  }
  return `${out.join('\n')}\n`
}

/** docs/configuration.md. */
export const configurationPage = (): string => {
  const out = [
    '# Configuration',
    '',
    'newsdesk reads one folder, `config/` unless `--config DIR` or `NEWSDESK_CONFIG` names another: `newsdesk.yaml` (this page),',
    '`sources.yaml` (what is polled) and `sections.yaml` (the taxonomy); the two lists explain themselves at their top. Everything is',
    'checked at the start, all problems are told at once with file, line, key, what was found and what is allowed, and `newsdesk doctor`',
    'checks the rest. `SIGHUP` reloads; a file that does not pass is refused and the old configuration stays in force.',
    '',
    'Environment variables go over the file. This page is written from the schema by `npm run docs`.',
  ]
  let room: string | null = null
  for (const { path, about, default: value } of describedSettings()) {
    const own = path.length > 1 ? (path[0] ?? '') : ''
    if (own !== room) {
      out.push(
        '',
        own === '' ? '## The process' : `## \`${own}\``,
        '',
        ...(ROOMS[own] ? [ROOMS[own], ''] : []),
        '| key | default | what | variable |',
        '| --- | --- | --- | --- |',
      )
      room = own
    }
    out.push(
      `| \`${path.join('.')}\` | \`${yamlOf(value)}\` | ${about.replaceAll('|', '\\|')} | \`${variableOf(path)}\` |`,
    )
  }
  return `${out.join('\n')}\n`
}
