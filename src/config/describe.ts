/** The schema of newsdesk.yaml, told to people: the shipped file and the page of documentation are written from it. (pure) */

import { defaultIn, yamlOf } from './defaults.ts'
import { settingPaths, variableOf } from './environment.ts'
import type { TakenUp } from './sections/restart.ts'

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

interface Setting {
  readonly path: readonly string[]
  readonly about: string
  readonly default: unknown
  readonly takenUp: TakenUp
}

export const describedSettings = (): Setting[] =>
  settingPaths().map(({ path, schema, takenUp }) => ({
    path,
    about: schema.description ?? '',
    default: defaultIn(schema),
    takenUp,
  }))

/** Keys that a reload does not change, a whole section by its name. */
const keysAtStart = (): string[] => {
  const all = describedSettings()
  const sections = [...new Set(all.flatMap(({ path }) => (path.length > 1 ? [path[0] ?? ''] : [])))]
  const whole = sections.filter(section => all.every(({ path, takenUp }) => path[0] !== section || takenUp === 'start'))
  const single = all.filter(({ path, takenUp }) => takenUp === 'start' && !whole.includes(path[0] ?? ''))
  return [...whole, ...single.map(({ path }) => path.join('.'))]
}

const AT_START_MARK = 'Taken up at the next start.'

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
    '# NEWSDESK_CRAWL_MIN_INTERVAL=5m is crawl.minInterval. SIGHUP takes up a change at once, but for keys that say so here: those it names,',
    '# and the next start takes them up.',
  ]
  let room = ''
  for (const { path, about, default: value, takenUp } of describedSettings()) {
    const [first = '', second] = path
    if (second !== undefined && first !== room) out.push('', `# ${ROOMS[first] ?? ''}`, `${first}:`)
    if (second === undefined) out.push('')
    room = second === undefined ? '' : first
    const indent = '  '.repeat(path.length - 1)
    const said = takenUp === 'live' ? about : `${about} ${AT_START_MARK}`
    out.push(...wrap(said, 120).map(line => `${indent}# ${line}`), `${indent}${path.at(-1)}: ${yamlOf(value)}`)
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
    'checks the rest. `SIGHUP` reloads; a file that does not pass is refused and the old configuration stays in force. Each key says below whether',
    'a reload takes up its change or the next start does; what must wait for a start is named in the log, with file, line, old and new value:',
    ...wrap(
      `${keysAtStart()
        .map(key => `\`${key}\``)
        .join(', ')}.`,
      140,
    ),
    '',
    'What is checked between keys is checked here too: intervals that leave no time, windows longer than articles are kept, groups of unknown',
    'sources, two servers on one port, headers of a proxy that is not named.',
    '',
    'Environment variables go over the file. This page is written from the schema by `npm run docs`.',
  ]
  let room: string | null = null
  for (const { path, about, default: value, takenUp } of describedSettings()) {
    const own = path.length > 1 ? (path[0] ?? '') : ''
    if (own !== room) {
      out.push(
        '',
        own === '' ? '## The process' : `## \`${own}\``,
        '',
        ...(ROOMS[own] ? [ROOMS[own], ''] : []),
        '| key | default | what | change counts | variable |',
        '| --- | --- | --- | --- | --- |',
      )
      room = own
    }
    out.push(
      `| \`${path.join('.')}\` | \`${yamlOf(value)}\` | ${about.replaceAll('|', '\\|')} | ${takenUp === 'live' ? 'at once' : 'at the next start'} | \`${variableOf(path)}\` |`,
    )
  }
  return `${out.join('\n')}\n`
}
