/**
 * Rules between keys, which the schema of a single key cannot express. They are checked when the configuration is read,
 * so that start, reload and `newsdesk doctor` find the same problems. A harmful combination is refused. One that merely
 * has no effect is refused only if the user set both keys; beside a default it is a note, so that a default is never in
 * the way. (pure)
 */

import { addressRanges } from '../util/ip-network.ts'
import { findDefault, formatYaml } from './defaults.ts'
import { nearestTo, shownValue } from './problems.ts'
import type { Role } from './roles.ts'
import type { Settings } from './schema.ts'

export interface RuleProblem {
  readonly path: readonly string[]
  readonly message: string
  /** Whether it merely has no effect beside a default: worth a line, and no reason not to start. */
  readonly isNote?: boolean
}

/** What is known about how the settings were written. */
export interface Written {
  /** Roles of this process, if the command line names them. */
  readonly roles: readonly Role[] | undefined
  /** Ids in sources.yaml; null if it cannot be read. */
  readonly sourceIds: readonly string[] | null
  /** Whether the key was set to a value other than its default. */
  isChosen(path: readonly string[]): boolean
  /** Whether the value of the key is invalid, which has been reported already. */
  isWrong(path: readonly string[]): boolean
  writtenAt(path: readonly string[]): unknown
}

type Rule = (settings: Settings, written: Written) => readonly (RuleProblem | false)[]

const parsePath = (key: string): string[] => key.split('.')

/** Formats a key with its value, for a sentence about another key: `crawl.maxInterval (24h, its default)`. */
const formatKey = (key: string, { isChosen, writtenAt }: Written): string => {
  const path = parsePath(key)
  const shown = isChosen(path)
    ? shownValue(path, writtenAt(path)).replace(/^"|"$/g, '')
    : `${formatYaml(findDefault(path))}, its default`
  return `${key} (${shown})`
}

const found = (key: string, { isChosen, writtenAt }: Written): string =>
  isChosen(parsePath(key))
    ? `is ${shownValue(parsePath(key), writtenAt(parsePath(key)))}`
    : `is ${formatYaml(findDefault(parsePath(key)))}, its default`

const numberAt = (settings: Settings, key: string): number =>
  parsePath(key).reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], settings) as number // keys of numbers alone are compared

/**
 * @param harm whether to report it even if one of the two is a default; `low`: only if the key that is too high was set
 */
const notOver =
  (
    low: string,
    high: string,
    harm: boolean | 'low',
    why: string,
    than: readonly [string, string] = ['longer', 'shorter'],
  ): Rule =>
  (settings, written) => {
    const isLowChosen = written.isChosen(parsePath(low))
    const isHighChosen = written.isChosen(parsePath(high))
    if (numberAt(settings, low) <= numberAt(settings, high)) return []
    if (harm !== true && !isLowChosen && !isHighChosen) return []
    const isNote = harm !== true && !(isLowChosen && (isHighChosen || harm === 'low'))
    return [
      isLowChosen
        ? {
            path: parsePath(low),
            message: `${found(low, written)}, ${than[0]} than ${formatKey(high, written)}: ${why}; lower it, or raise ${high}`,
            isNote,
          }
        : {
            path: parsePath(high),
            message: `${found(high, written)}, ${than[1]} than ${formatKey(low, written)}: ${why}; raise it, or lower ${low}`,
            isNote,
          },
    ]
  }

/** A key that has no effect without another. */
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
      !hasOther(settings) && { path: parsePath(key), message: `${found(key, written)} without ${other}: ${why}` },
  ]

const ANY_HOST = /^(0\.0\.0\.0|::)$/
const LOOPBACK = /^(localhost|127\.0\.0\.1|::1)$/i

const overlap = (a: string, b: string): boolean =>
  a === b || ANY_HOST.test(a) || ANY_HOST.test(b) || (LOOPBACK.test(a) && LOOPBACK.test(b))

/** The servers of one process need different ports. */
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
      const [at, other] = written.isChosen(parsePath(two.key)) ? [two.key, one.key] : [one.key, two.key]
      return {
        path: parsePath(at),
        message: `${found(at, written)}, as ${formatKey(other, written)}: two servers cannot listen on one port; choose another`,
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
            message: `is ${JSON.stringify(id)}, which is not a source in sources.yaml${meant ? `; did you mean ${meant}?` : ''}`,
          }
        }),
      )

const repeatedLanguages: Rule = ({ lists: { languages } }) => {
  const twice = languages.find((each, index) => languages.indexOf(each) !== index)
  return [
    twice !== undefined && {
      path: ['lists', 'languages'],
      message: `names ${JSON.stringify(twice)} twice; name each language once`,
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

/** Keys that only some kinds of redis.url use. */
const redis: Rule = ({ redis: { url, ...own } }, written) => [
  ...(['tlsCa', 'tlsCert', 'tlsKey', 'tlsServerName'] as const).map(
    key =>
      own[key] !== '' &&
      !isTls(url) && {
        path: ['redis', key],
        message: `${found(`redis.${key}`, written)}, but redis.url does not use TLS: write rediss://, rediss-cluster:// or rediss-sentinel://, or remove this key`,
      },
  ),
  own.tlsCert !== '' &&
    own.tlsKey === '' && {
      path: ['redis', 'tlsCert'],
      message: `${found('redis.tlsCert', written)} without redis.tlsKey: a client certificate needs its key`,
    },
  own.tlsKey !== '' &&
    own.tlsCert === '' && {
      path: ['redis', 'tlsKey'],
      message: `${found('redis.tlsKey', written)} without redis.tlsCert: a key needs its client certificate`,
    },
  ...(['sentinelUser', 'sentinelPassword'] as const).map(
    key =>
      own[key] !== '' &&
      !/^rediss?-sentinel:/.test(url) && {
        path: ['redis', key],
        message: `is set, but redis.url does not use sentinels: write redis-sentinel://, or remove this key`,
      },
  ),
  own.replicas > 0 &&
    url === '' && {
      path: ['redis', 'replicas'],
      message: `${found('redis.replicas', written)}, but the Redis that newsdesk starts has no replicas, so no write would be confirmed; set redis.url, or use 0`,
    },
]

const claims: Rule = ({ events }, written) => [
  events.claimAfter < 1_000 && {
    path: ['events', 'claimAfter'],
    message: `${found('events.claimAfter', written)}: daemons would claim events that others are counting; must be 1s or longer`,
  },
]

const RULES: readonly Rule[] = [
  notOver('crawl.minInterval', 'crawl.maxInterval', true, 'the minimum exceeds the maximum'),
  notOver(
    'crawl.minInterval',
    'crawl.maxBackoff',
    true,
    'failing sources would be fetched more often than working ones',
  ),
  notOver('crawl.startInterval', 'crawl.maxInterval', false, 'it would have no effect'),
  notOver('crawl.minInterval', 'crawl.startInterval', false, 'sources not known yet are fetched no sooner either'),
  notOver('crawl.headersTimeout', 'crawl.totalTimeout', false, 'the total timeout expires first'),
  notOver('crawl.minInterval', 'push.safetyInterval', false, 'push would not reduce polling'),
  notOver('stories.window', 'articles.retention', true, 'new articles would be compared with evicted ones'),
  notOver('stories.joinWithin', 'stories.window', 'low', 'its articles have left the window by then'),
  ...['lists.maxAgeNow', 'lists.ageDay', 'lists.ageWeek', 'lists.mustReadsAge', 'lists.relatedAge'].map(age =>
    notOver(age, 'articles.retention', 'low', 'articles are evicted by then'),
  ),
  notOver('lists.maxAgeNow', 'lists.ageWeek', false, 'lists of the week include those of `now`'),
  notOver('lists.ageDay', 'lists.ageWeek', false, 'lists of the week include those of the day'),
  notOver('http.maxEvents', 'http.perMinute', false, 'a request of that size would always be refused', [
    'more',
    'fewer',
  ]),
  ...[
    ['http.streamsPerAddress', 'http.streams'],
    ['http.streamBuffer', 'http.streamBuffers'],
    ['admin.streamsPerAddress', 'admin.streams'],
  ].map(([one = '', all = '']) =>
    notOver(one, all, false, 'the limit for one exceeds the limit for all', ['more', 'less']),
  ),
  needs(
    'admin.userHeader',
    'admin.proxies',
    ({ admin }) => admin.userHeader !== '',
    ({ admin }) => admin.proxies.length > 0,
    'only listed proxies are trusted with a login header, so nobody could log in; list the addresses of your proxy',
  ),
  needs(
    'admin.groupsHeader',
    'admin.userHeader',
    ({ admin }) => admin.groupsHeader !== '',
    ({ admin }) => admin.userHeader !== '',
    'groups belong to the user that the proxy names',
  ),
  ...(['adminGroups', 'viewerGroups'] as const).map(key =>
    needs(
      `admin.${key}`,
      'admin.groupsHeader',
      ({ admin }) => admin[key].length > 0,
      ({ admin }) => admin.groupsHeader !== '',
      'the groups of a user would be unknown',
    ),
  ),
  ownPorts,
  groups,
  repeatedLanguages,
  allowedRanges,
  redis,
  claims,
]

/** Checks all rules, except those about a key whose own value is invalid. */
export const ruleProblems = (settings: Settings, written: Written): RuleProblem[] => {
  const isAboutWrong = ({ path, message }: RuleProblem): boolean =>
    written.isWrong(path) ||
    [...message.matchAll(/\b[a-z]+\.[a-zA-Z]+\b/g)].some(([key]) => written.isWrong(parsePath(key ?? '')))
  return RULES.flatMap(rule => rule(settings, written))
    .filter(each => each !== false)
    .filter(each => !isAboutWrong(each))
}

/** Finds sections that are their own ancestor. @returns the index of each with a message */
export const findCycles = (
  sections: readonly { readonly id: string; readonly parent?: string | undefined }[],
): { index: number; message: string }[] => {
  const parentOf = new Map(sections.map(({ id, parent }) => [id, parent]))
  return sections.flatMap(({ id, parent }, index) => {
    const way = [id]
    for (let at = parent; at !== undefined; at = parentOf.get(at)) {
      way.push(at)
      if (at === id)
        return [{ index, message: `is ${JSON.stringify(parent)}, which forms a cycle: ${way.join(' in ')}` }]
      if (way.length > sections.length) break
    }
    return []
  })
}

/** Words that list names reserve: a section must not have one as its id. */
export const RESERVED_SECTIONS: readonly string[] = ['language', 'group']
