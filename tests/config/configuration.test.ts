import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configurationPage, shippedYaml } from '../../src/config/describe.ts'
import { settingPaths } from '../../src/config/environment.ts'
import { type Config, loadConfig } from '../../src/config/load.ts'
import { ConfigError } from '../../src/config/problems.ts'
import { RENAMED_KEYS } from '../../src/config/renamed-keys.ts'
import { aFolder } from '../support/folder.ts'

const SOURCES =
  'sources:\n  - id: courier\n    name: Courier\n    url: https://courier.example/rss\n    section: world\n'
const SECTIONS = 'sections:\n  - id: world\n    labels: { en: World }\n'

/** A configuration folder; a file given as null is left out. */
const aConfiguration = (files: Record<string, string | null> = {}): string => {
  const folder = aFolder('config')
  const all = { 'newsdesk.yaml': '', 'sources.yaml': SOURCES, 'sections.yaml': SECTIONS, ...files }
  for (const [name, text] of Object.entries(all)) if (text !== null) writeFileSync(join(folder, name), text)
  return folder
}

const load = (files: Record<string, string | null> = {}, env: NodeJS.ProcessEnv = {}): Config =>
  loadConfig(aConfiguration(files), env)

/** Problems without the folder's name before them. */
const problemsOf = (files: Record<string, string | null>, env: NodeJS.ProcessEnv = {}): string[] => {
  const folder = aConfiguration(files)
  try {
    loadConfig(folder, env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(problem => problem.replaceAll(`${folder}/`, ''))
    throw error
  }
  return []
}

describe('the shipped configuration', () => {
  it('the shipped configuration loads, with at least 30 sources in all sections and several languages', () => {
    const { sources, taxonomy } = loadConfig('config', {})
    expect(sources.length).toBeGreaterThanOrEqual(30)
    expect(new Set(sources.map(({ language }) => language)).size).toBeGreaterThanOrEqual(4)
    expect(new Set(sources.map(({ section }) => section)).size).toBeGreaterThanOrEqual(8)
    expect(taxonomy.map(({ id }) => id)).toContain('debate')
  })

  it('the shipped configuration shows every key with its comment and default (npm run docs updates it)', () => {
    expect(readFileSync('config/newsdesk.yaml', 'utf8')).toBe(shippedYaml())
    expect(readFileSync('docs/configuration.md', 'utf8')).toBe(configurationPage())
  })

  it('the shipped configuration means the same as an empty file', () => {
    expect(loadConfig('config', {}).settings).toEqual(load().settings)
  })
})

describe('a mistake in the configuration', () => {
  it.each([
    [
      'a value out of bounds',
      { 'newsdesk.yaml': 'crawl:\n  concurrency: -3\n' },
      /^newsdesk\.yaml:2:3 crawl\.concurrency: is -3; must be 1 or more/,
    ],
    [
      'a key that is none, with the one meant',
      { 'newsdesk.yaml': 'crawl:\n  minIntervall: 5m\n' },
      /^newsdesk\.yaml:2:3 crawl\.minIntervall: no such key; did you mean minInterval\?$/,
    ],
    [
      'a choice that is none, with what is allowed',
      { 'newsdesk.yaml': 'log:\n  level: loud\n' },
      /^newsdesk\.yaml:2:3 log\.level: is "loud"; allowed: trace, debug, info/,
    ],
    [
      'a duration without a unit',
      { 'newsdesk.yaml': 'crawl:\n  minInterval: soon\n' },
      /^newsdesk\.yaml:2:3 crawl\.minInterval: is "soon"; .*10m/,
    ],
    [
      'a range that is no range',
      { 'newsdesk.yaml': 'crawl:\n  allow: [everything]\n' },
      /^newsdesk\.yaml:2:3 crawl\.allow: .*everything/,
    ],
    ['a file that is no mapping', { 'newsdesk.yaml': '- crawl\n' }, /^newsdesk\.yaml:1:1 .*must be a mapping/],
    ['broken YAML', { 'newsdesk.yaml': 'crawl: [\n' }, /^newsdesk\.yaml:\d+:\d+ /],
    [
      'a source with a wrong URL',
      { 'sources.yaml': SOURCES.replace('https:', 'htp:') },
      /^sources\.yaml:4:5 sources\[0\]\.url: is "htp:\/\/courier\.example\/rss"; must be an http or https URL/,
    ],
    [
      'a source in a section that is none',
      { 'sources.yaml': SOURCES.replace('section: world', 'section: wurld') },
      /^sources\.yaml:5:5 sources\[0\]\.section: is "wurld"; allowed: world$/,
    ],
    [
      'a source without a name',
      { 'sources.yaml': SOURCES.replace('    name: Courier\n', '') },
      /^sources\.yaml:2:5 sources\[0\]\.name: is missing/,
    ],
    [
      'two sources of one id',
      { 'sources.yaml': `${SOURCES}${SOURCES.replace('sources:\n', '').replace('/rss', '/atom')}` },
      /^sources\.yaml:6:5 sources\[1\]\.id: is "courier", like sources\[0\]$/,
    ],
    [
      'a section under one that is none',
      { 'sections.yaml': `${SECTIONS}    parent: planet\n` },
      /^sections\.yaml:4:5 sections\[0\]\.parent: is "planet", which is not a section$/,
    ],
    ['a list of sources that is missing', { 'sources.yaml': null }, /sources\.yaml: not found.*--config/],
  ])('%s in the configuration is named with file, line, key and what is allowed', (_, files, expected) => {
    const problems = problemsOf(files)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(expected)
  })

  it.each([
    ['of a scheme that is none', 'htp://reader:s3cr-t@courier.example/rss'],
    ['without a scheme', 'reader:s3cr-t@courier.example/rss'],
    ['whose password would have to be encoded', 'https://reader:s3cr-t/x@y z@courier.example/rss'],
    ['with a key', 'htp://courier.example/rss?api_key=s3cr-t'],
  ])('a mistake in an address %s is told without the password', (_, url) => {
    const [problem, ...others] = problemsOf({
      'sources.yaml': SOURCES.replace('https://courier.example/rss', JSON.stringify(url)),
    })
    expect(others).toEqual([])
    expect(problem).toContain('sources[0].url')
    expect(problem).toContain('courier.example/rss')
    expect(problem).not.toContain('s3cr-t')
  })

  it('a mistake in a list of addresses, a duplicate address, a password or the environment is reported without the password', () => {
    const twice = SOURCES.replace('https://', 'https://reader:s3cr-t@')
    const told = [
      ...problemsOf({
        'sources.yaml': `${twice}${twice.replace('sources:\n', '').replace('id: courier', 'id: other')}`,
      }),
      ...problemsOf({
        'sources.yaml': SOURCES.replace('https://courier', '[https://a:s3cr-t@courier').replace('rss', 'rss]'),
      }),
      ...problemsOf({ 'newsdesk.yaml': 'admin: { password: [s3cr-t] }\n' }),
      ...problemsOf({}, { NEWSDESK_ADMIN_PASSWORD: 's3cr-t', NEWSDESK_REDIS_URL: 'ftp://u:s3cr-t@cache' }),
    ]
    expect(told.length).toBeGreaterThanOrEqual(4)
    expect(told.join('\n')).not.toContain('s3cr-t')
  })

  it('a renamed key is refused with its new name, in the file and in the environment', () => {
    const byFile = problemsOf({
      'newsdesk.yaml': Object.keys(RENAMED_KEYS)
        .map(key => key.split('.'))
        .map(([section = '', key = '']) => `${section}: { ${key}: 1 }\n`)
        // One key a section: YAML takes a section once.
        .filter((line, at, all) => all.findIndex(each => each.split(':')[0] === line.split(':')[0]) === at)
        .join(''),
    })
    expect(byFile.sort()).toEqual([
      'newsdesk.yaml:1:11 events.span is now events.dedupWindow',
      'newsdesk.yaml:2:10 lists.coReaders is now lists.coViewSampleRate',
      'newsdesk.yaml:3:12 stories.caution is now stories.strictness',
      'newsdesk.yaml:4:13 articles.candidates is now lists.poolSize',
    ])
    expect(problemsOf({}, { NEWSDESK_EVENTS_MOST: '5', NEWSDESK_ARTICLES_CANDIDATES: '500' })).toEqual([
      'environment NEWSDESK_EVENTS_MOST is now NEWSDESK_EVENTS_MAX_STREAM_LENGTH',
      'environment NEWSDESK_ARTICLES_CANDIDATES is now NEWSDESK_LISTS_POOL_SIZE',
    ])
  })

  it('an unknown key is never suggested as the new name of another', () => {
    const known = settingPaths().map(({ path }) => path.join('.'))
    for (const [key, now] of Object.entries(RENAMED_KEYS)) {
      expect(known).toContain(now)
      expect(known).not.toContain(key)
    }
  })

  it('several mistakes in the configuration are all reported', () => {
    expect(
      problemsOf({
        'newsdesk.yaml': 'crawl:\n  concurrency: none\nlists:\n  refresh: never\n',
        'sources.yaml': SOURCES.replace('https:', 'htp:'),
      }),
    ).toHaveLength(3)
  })
})

describe('environment variables', () => {
  it('an environment variable overrides the file', () => {
    const { settings } = load(
      { 'newsdesk.yaml': 'redis: { prefix: paper }\ncrawl: { minInterval: 1m, maxInterval: 2h }\n' },
      { NEWSDESK_REDIS_URL: 'redis://cache:6379/1', NEWSDESK_CRAWL_MIN_INTERVAL: '5m', NEWSDESK_ADMIN_PORT: '8080' },
    )
    expect(settings.redis).toMatchObject({ url: 'redis://cache:6379/1', prefix: 'paper' })
    expect(settings.crawl).toMatchObject({ minInterval: 300_000, maxInterval: 7_200_000 })
    expect(settings.admin.port).toBe(8_080)
  })

  it.each([
    ['crawl,articles', ['crawl', 'articles']],
    ['[crawl, articles]', ['crawl', 'articles']],
    ['["admin"]', ['admin']],
    ['admin', ['admin']],
  ])('an environment variable may hold the list %s', (written, roles) => {
    expect(load({}, { NEWSDESK_ROLES: written }).settings.roles).toEqual(roles)
  })

  it('an all-digit password in an environment variable stays a string', () => {
    expect(load({}, { NEWSDESK_ADMIN_PASSWORD: '1234567890' }).settings.admin.password).toBe('1234567890')
  })

  it('an environment variable with an unknown name or an invalid value is refused, with the variable that was probably meant', () => {
    expect(problemsOf({}, { NEWSDESK_REDIS_UIRL: 'redis://cache' })).toEqual([
      'environment NEWSDESK_REDIS_UIRL: no such setting; did you mean NEWSDESK_REDIS_URL?',
    ])
    expect(problemsOf({}, { NEWSDESK_CRAWL_TICK: 'often' })[0]).toMatch(/NEWSDESK_CRAWL_TICK.*"often"/)
  })
})
