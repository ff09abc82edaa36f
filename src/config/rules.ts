/**
 * What single values cannot say of themselves: rules between keys. Checked where the configuration is read, so that a start, a reload and
 * `newsdesk doctor` find the same. What would do harm is refused; what merely has no effect is refused where somebody chose both, and a
 * note beside a default, which never stands in the way. (pure)
 */

import { addressRanges } from '../util/ip-network.ts'
import { defaultOf, yamlOf } from './defaults.ts'
import { nearestTo, shownValue } from './problems.ts'
import type { Role } from './roles.ts'
import type { Settings } from './schema.ts'

export interface RuleProblem {
  readonly path: readonly string[]
  readonly message: string
  /** Whether it merely has no effect beside a default: worth a line, and no reason not to start. */
  readonly isNote?: boolean
}

/** What is known of how the settings were written. */
export interface Written {
  /** Roles of this process, where the command line names them. */
  readonly roles: readonly Role[] | undefined
  /** Ids in sources.yaml; null where it cannot be read. */
  readonly sourceIds: readonly string[] | null
  /** Whether it was given another value than its default. */
  isChosen(path: readonly string[]): boolean
  /** Whether the key is wrong by itself, and told. */
  isWrong(path: readonly string[]): boolean
  writtenAt(path: readonly string[]): unknown
}

type Rule = (settings: Settings, written: Written) => readonly (RuleProblem | false)[]

const pathOf = (key: string): string[] => key.split('.')

/** A key with its value, for a sentence about another: `crawl.maxInterval (24h, its default)`. */
const named = (key: string, { isChosen, writtenAt }: Written): string => {
  const path = pathOf(key)
  const shown = isChosen(path)
    ? shownValue(path, writtenAt(path)).replace(/^"|"$/g, '')
    : `${yamlOf(defaultOf(path))}, its default`
  return `${key} (${shown})`
}

const found = (key: string, { isChosen, writtenAt }: Written): string =>
  isChosen(pathOf(key))
    ? `is ${shownValue(pathOf(key), writtenAt(pathOf(key)))}`
    : `is ${yamlOf(defaultOf(pathOf(key)))}, its default`

const numberAt = (settings: Settings, key: string): number =>
  pathOf(key).reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], settings) as number // keys of numbers alone are compared

/** @param harm whether it does harm also where one of the two is a default; `low`: where the one that is too high was chosen */
const notOver =
  (
    low: string,
    high: string,
    harm: boolean | 'low',
    why: string,
    than: readonly [string, string] = ['longer', 'shorter'],
  ): Rule =>
  (settings, written) => {
    const isLowChosen = written.isChosen(pathOf(low))
    const isHighChosen = written.isChosen(pathOf(high))
    if (numberAt(settings, low) <= numberAt(settings, high)) return []
    if (harm !== true && !isLowChosen && !isHighChosen) return []
    const isNote = harm !== true && !(isLowChosen && (isHighChosen || harm === 'low'))
    return [
      isLowChosen
        ? {
            path: pathOf(low),
            message: `${found(low, written)}, ${than[0]} than ${named(high, written)}: ${why}; lower it, or raise ${high}`,
            isNote,
          }
        : {
            path: pathOf(high),
            message: `${found(high, written)}, ${than[1]} than ${named(low, written)}: ${why}; raise it, or lower ${low}`,
            isNote,
          },
    ]
  }

/** A key that does nothing without another. */
const needs =
  (
    key: string,
    other: string,
    isSet: (settings: Settings) => boolean,
    hasOther: (settings: Settings) => boolean,
    why: string,
  ): Rule =>
  (settings, written) => [
    isSet(settings) &&
      !hasOther(settings) && { path: pathOf(key), message: `${found(key, written)} without ${other}: ${why}` },
  ]

const ANY_HOST = /^(0\.0\.0\.0|::)$/
const LOOPBACK = /^(localhost|127\.0\.0\.1|::1)$/i

const overlap = (a: string, b: string): boolean =>
  a === b || ANY_HOST.test(a) || ANY_HOST.test(b) || (LOOPBACK.test(a) && LOOPBACK.test(b))

/** Servers that one process runs, each on a port of its own. */
const ownPorts: Rule = ({ admin, http, metrics, roles: configured }, written) => {
  const roles = written.roles ?? configured
  const servers = [
    ...(roles.includes('admin') ? [{ key: 'admin.port', ...admin }] : []),
    ...(roles.includes('http') && http.port >= 0 ? [{ key: 'http.port', ...http }] : []),
    ...(metrics.port === null ? [] : [{ key: 'metrics.port', host: metrics.host, port: metrics.port }]),
  ].filter(({ port }) => port !== 0)
  return servers.flatMap((one, index) =>
    servers.slice(index + 1).map(two => {
      if (one.port !== two.port || !overlap(one.host, two.host)) return false
      const [at, other] = written.isChosen(pathOf(two.key)) ? [two.key, one.key] : [one.key, two.key]
      return {
        path: pathOf(at),
        message: `${found(at, written)}, as ${named(other, written)}: two servers cannot listen on one port; choose another`,
      }
    }),
  )
}

const groups: Rule = ({ lists }, { sourceIds }) =>
  sourceIds === null
    ? []
    : Object.entries(lists.groups).flatMap(([name, ids]) =>
        ids.map((id, index) => {
          if (sourceIds.includes(id)) return false
          const meant = nearestTo(id, sourceIds)
          return {
            path: ['lists', 'groups', name, String(index)],
            message: `is ${JSON.stringify(id)}, which is no source of sources.yaml${meant ? `; did you mean ${meant}?` : ''}`,
          }
        }),
      )

const repeatedLanguages: Rule = ({ lists: { languages } }) => {
  const twice = languages.find((each, index) => languages.indexOf(each) !== index)
  return [
    twice !== undefined && {
      path: ['lists', 'languages'],
      message: `names ${JSON.stringify(twice)} twice: each language has lists once`,
    },
  ]
}

const allowedRanges: Rule = ({ crawl: { allow } }) => {
  try {
    addressRanges(allow)
    return []
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return [{ path: ['crawl', 'allow'], message: error.message }]
  }
}

const isTls = (url: string): boolean => url.startsWith('rediss')

/** What only some kinds of address have. */
const redis: Rule = ({ redis: { url, ...own } }, written) => [
  ...(['tlsCa', 'tlsCert', 'tlsKey', 'tlsServerName'] as const).map(
    key =>
      own[key] !== '' &&
      !isTls(url) && {
        path: ['redis', key],
        message: `${found(`redis.${key}`, written)}, and redis.url names no TLS: write rediss://, rediss-cluster:// or rediss-sentinel://, or leave it out`,
      },
  ),
  own.tlsCert !== '' &&
    own.tlsKey === '' && {
      path: ['redis', 'tlsCert'],
      message: `${found('redis.tlsCert', written)} without redis.tlsKey: a certificate is shown with its key`,
    },
  own.tlsKey !== '' &&
    own.tlsCert === '' && {
      path: ['redis', 'tlsKey'],
      message: `${found('redis.tlsKey', written)} without redis.tlsCert: a key is used with its certificate`,
    },
  ...(['sentinelUser', 'sentinelPassword'] as const).map(
    key =>
      own[key] !== '' &&
      !/^rediss?-sentinel:/.test(url) && {
        path: ['redis', key],
        message: `is set, and redis.url names no sentinels: write redis-sentinel://, or leave it out`,
      },
  ),
  own.replicas > 0 &&
    url === '' && {
      path: ['redis', 'replicas'],
      message: `${found('redis.replicas', written)}, and a Redis of newsdesk's own has no replicas: nothing would be taken in; set redis.url, or 0`,
    },
]

const claims: Rule = ({ events }, written) => [
  events.claimAfter < 1_000 && {
    path: ['events', 'claimAfter'],
    message: `${found('events.claimAfter', written)}: daemons would take events out of each other's hands; must be 1s or longer`,
  },
]

const RULES: readonly Rule[] = [
  notOver('crawl.minInterval', 'crawl.maxInterval', true, 'there is no time between them'),
  notOver('crawl.minInterval', 'crawl.maxBackoff', true, 'a source that fails would be fetched more often than others'),
  notOver('crawl.startInterval', 'crawl.maxInterval', false, 'it is never waited for'),
  notOver('crawl.minInterval', 'crawl.startInterval', false, 'sources not known yet are fetched no sooner either'),
  notOver('crawl.headersTimeout', 'crawl.totalTimeout', false, 'the whole fetch is over before'),
  notOver('crawl.minInterval', 'push.safetyInterval', false, 'push is to save polls'),
  notOver('stories.window', 'articles.retention', true, 'articles would be recognised that are gone'),
  notOver('stories.joinWithin', 'stories.window', 'low', 'by then its articles are forgotten'),
  ...['lists.ageNow', 'lists.ageDay', 'lists.ageWeek', 'lists.mustReadsAge', 'lists.relatedAge'].map(age =>
    notOver(age, 'articles.retention', 'low', 'by then articles are gone'),
  ),
  notOver('lists.ageNow', 'lists.ageWeek', false, 'lists of a week hold what lists of now hold'),
  notOver('lists.ageDay', 'lists.ageWeek', false, 'lists of a week hold what lists of a day hold'),
  notOver('http.maxEvents', 'http.perMinute', false, 'a request of so many is never taken', ['more', 'fewer']),
  ...[
    ['http.streamsPerAddress', 'http.streams'],
    ['http.streamBuffer', 'http.streamBuffers'],
    ['admin.streamsPerAddress', 'admin.streams'],
  ].map(([one = '', all = '']) => notOver(one, all, false, 'one cannot have more than all', ['more', 'less'])),
  needs(
    'admin.userHeader',
    'admin.proxies',
    ({ admin }) => admin.userHeader !== '',
    ({ admin }) => admin.proxies.length > 0,
    'a header is believed of no one else, so nobody could log in by it; name the addresses of the proxy',
  ),
  needs(
    'admin.groupsHeader',
    'admin.userHeader',
    ({ admin }) => admin.groupsHeader !== '',
    ({ admin }) => admin.userHeader !== '',
    'groups are those of the user whom a proxy names',
  ),
  ...(['adminGroups', 'viewerGroups'] as const).map(key =>
    needs(
      `admin.${key}`,
      'admin.groupsHeader',
      ({ admin }) => admin[key].length > 0,
      ({ admin }) => admin.groupsHeader !== '',
      'nobody is known to be in a group',
    ),
  ),
  ownPorts,
  groups,
  repeatedLanguages,
  allowedRanges,
  redis,
  claims,
]

/** All that is wrong between keys, but where one of them is wrong by itself. */
export const ruleProblems = (settings: Settings, written: Written): RuleProblem[] => {
  const isAboutWrong = ({ path, message }: RuleProblem): boolean =>
    written.isWrong(path) ||
    [...message.matchAll(/\b[a-z]+\.[a-zA-Z]+\b/g)].some(([key]) => written.isWrong(pathOf(key ?? '')))
  return RULES.flatMap(rule => rule(settings, written))
    .filter(each => each !== false)
    .filter(each => !isAboutWrong(each))
}

/** Sections that would stand in themselves, by way of their parents. @returns index of each with what to say */
export const circles = (
  sections: readonly { readonly id: string; readonly parent?: string | undefined }[],
): { index: number; message: string }[] => {
  const parentOf = new Map(sections.map(({ id, parent }) => [id, parent]))
  return sections.flatMap(({ id, parent }, index) => {
    const way = [id]
    for (let at = parent; at !== undefined; at = parentOf.get(at)) {
      way.push(at)
      if (at === id)
        return [{ index, message: `is ${JSON.stringify(parent)}, which leads back to itself: ${way.join(' in ')}` }]
      if (way.length > sections.length) break
    }
    return []
  })
}

/** Words with a meaning of their own in names of lists: no section may be called so. */
export const RESERVED_SECTIONS: readonly string[] = ['language', 'group']
