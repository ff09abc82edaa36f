/**
 * Redis ACL rules for each role of newsdesk and each other service: each may do what it must and nothing else. Roles
 * are limited by keys: a role cannot touch keys it has no business with. No role may run commands that affect the whole
 * server. (pure)
 */

/** Users that have rules: the roles of daemons, the CLI commands, and other services. */
export const ACL_USERS = [
  'scheduler',
  'crawl',
  'articles',
  'publish',
  'events',
  'http',
  'admin',
  'reading',
  'reporting',
] as const
export type AclUser = (typeof ACL_USERS)[number]

/** Groups of keys, as src/redis/keys.ts names them, without the prefix. */
const KEYS = {
  lists: ['list:*', 'updates'],
  related: ['list:related:*', 'updates'],
  articles: ['article:*', 'alias:*', 'titles*'],
  articleHashes: ['article:*'],
  stories: ['story:*', 'stories*', 'index:*'],
  publishing: ['publish*', 'changes*'],
  backLinks: ['related-back-links:*'],
  overrides: ['overrides*', 'baseline*'],
  views: ['viewed-by:*', 'viewer:*', 'co-viewed:*'],
  events: ['events*'],
  sections: ['sections'],
  learned: ['learned:*', 'learned-languages*'],
  eviction: ['eviction*'],
  urls: ['url-parameters'],
  rules: ['rules}:*'],
  /** Shows whether anything was ever written (src/maintenance/migrations/schema.ts). */
  begun: ['stories}:log', 'index:stories'],
  catalogue: ['sources}:*'],
  due: ['sources:*'],
  source: ['source:*', 'quarantine*'],
  hosts: ['host:*', 'robots:*', 'network*'],
  push: ['push*'],
  webhooks: ['webhooks*'],
  daemons: ['daemon:*', 'daemons', 'log-levels', 'write-probe:*'],
  clock: ['tick:*', 'samples'],
  admin: ['admin}:*'],
  schema: ['schema*'],
  queueInfo: ['bull}:*:meta'],
  crawlQueue: ['bull}:crawl:*'],
  articlesQueue: ['bull}:articles:*'],
  publishQueue: ['bull}:publish:*'],
  pushQueue: ['bull}:push:*'],
  webhooksQueue: ['bull}:webhooks:*'],
  pagesQueue: ['bull}:pages:*'],
  all: ['*'],
} as const
type Group = keyof typeof KEYS

/** What a role writes and what it only reads, on top of what every daemon may do (DAEMON). */
const FENCES: Readonly<Record<AclUser, { readonly writes: readonly Group[]; readonly reads: readonly Group[] }>> = {
  scheduler: {
    writes: [
      ...(['due', 'source', 'hosts', 'push', 'clock', 'sections', 'publishing', 'overrides', 'catalogue'] as const),
      'webhooks',
      // Eviction removes articles from everything that names them.
      ...(['eviction', 'articles', 'stories', 'lists', 'backLinks', 'views', 'events'] as const),
      ...(['crawlQueue', 'pushQueue', 'publishQueue', 'articlesQueue', 'pagesQueue', 'webhooksQueue'] as const),
    ],
    reads: [],
  },
  crawl: {
    writes: ['due', 'source', 'hosts', 'push', 'urls', 'crawlQueue', 'pushQueue', 'articlesQueue', 'webhooksQueue'],
    // To check whether the articles of known items still exist.
    reads: ['articles', 'eviction'],
  },
  articles: {
    writes: [
      // It also fetches the pages of articles, in their turn at the domain.
      ...([
        'articles',
        'stories',
        'publishing',
        'backLinks',
        'related',
        'learned',
        'source',
        'rules',
        'hosts',
      ] as const),
      ...(['articlesQueue', 'publishQueue', 'pagesQueue'] as const),
    ],
    reads: ['events', 'overrides', 'views', 'due', 'lists', 'eviction', 'urls'],
  },
  publish: {
    writes: ['lists', 'publishing', 'backLinks', 'overrides', 'publishQueue'],
    reads: ['articles', 'stories', 'events', 'views', 'due', 'source', 'learned'],
  },
  events: { writes: ['events', 'articles', 'views', 'publishing'], reads: ['urls'] },
  http: { writes: ['events'], reads: ['lists', 'articleHashes'] },
  admin: { writes: ['all'], reads: [] },
  reading: { writes: [], reads: ['lists', 'articles', 'stories', 'sections'] },
  reporting: { writes: [], reads: [] },
}

const DAEMON = {
  writes: ['daemons', 'queueInfo', 'schema'],
  reads: ['catalogue', 'rules', 'begun', 'sections', 'due'],
} as const

/** What every client asks about itself and about the server. */
const CLIENT = ['+@connection', '-@admin', '-@dangerous', '+info']
const CLUSTER = ['+cluster|slots', '+cluster|info', '+cluster|keyslot', '+cluster|myid']
const WORKER = ['+@all', '-@pubsub', '-function', '-script', ...CLIENT, ...CLUSTER, '+wait']
/** The admin UI lists the workers of each queue. */
const SHOWN: Partial<Record<AclUser, readonly string[]>> = { admin: ['+client|list'] }

/** Keys with and without the braces of their hash tag. */
const patterns = (prefix: string, groups: readonly Group[], sign: string): string[] =>
  groups
    .flatMap(group => [...KEYS[group]])
    .flatMap(pattern =>
      pattern.includes('}') ? [`{${prefix}:${pattern}`] : [`${prefix}:${pattern}`, `{${prefix}:${pattern}`],
    )
    .map(pattern => `${sign}${pattern}`)

/**
 * The rules of one user, as `ACL SETUSER` takes them after its name and password.
 * @param prefix as `redis.prefix` of the configuration
 */
export const aclRules = (user: AclUser, prefix: string): string[] => {
  const begin = ['on', 'resetkeys', 'resetchannels', 'nocommands']
  if (user === 'reporting') return [...begin, `~${prefix}:events`, ...CLIENT, ...CLUSTER, '+xadd', '+wait']
  const { writes, reads } = FENCES[user]
  if (user === 'reading')
    return [...begin, ...patterns(prefix, reads, '%R~'), '+@read', '+multi', '+exec', ...CLIENT, ...CLUSTER]
  const keys = [
    ...patterns(prefix, [...writes, ...DAEMON.writes], '~'),
    ...patterns(prefix, [...reads, ...DAEMON.reads], '%R~'),
  ]
  return [...begin, ...keys, ...WORKER, ...(SHOWN[user] ?? [])]
}

/** All users as lines of an ACL file; the operator fills in the passwords. */
export const aclFile = (prefix: string, users: readonly AclUser[] = ACL_USERS): string =>
  users
    .map(user => `user ${prefix}-${user} >PASSWORD-OF-${user.toUpperCase()} ${aclRules(user, prefix).join(' ')}\n`)
    .join('')

/** Whether a key belongs to a group with an owner, rather than to all. */
export const isFenced = (key: string, prefix: string): boolean =>
  patterns(
    prefix,
    (Object.keys(KEYS) as Group[]).filter(group => group !== 'all'),
    '',
  ).some(pattern => (pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern))
