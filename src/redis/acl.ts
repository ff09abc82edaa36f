/**
 * The rules (Redis ACL) by which each role of newsdesk, and each service beside it, may do what it must and nothing else. Keys are the
 * fence: what a role has no business with it cannot touch. Commands that concern the whole server are for nobody. (pure)
 */

/** Who has rules: the roles of daemons, the commands of the terminal, and the services of others. */
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
  stories: ['story:*', 'stories*', 'index:*'],
  publishing: ['publish*', 'changes*'],
  backLinks: ['related-back-links:*'],
  overrides: ['overrides*', 'baseline*'],
  views: ['viewed-by:*', 'viewer:*', 'co-viewed:*'],
  events: ['events*'],
  sections: ['sections'],
  learned: ['learned:*'],
  eviction: ['eviction*'],
  urls: ['url-parameters'],
  /** What tells whether anything was ever written (src/maintenance/migrations/schema.ts). */
  begun: ['stories}:log', 'index:stories'],
  catalogue: ['sources}:*'],
  due: ['sources:*'],
  source: ['source:*', 'quarantine*'],
  hosts: ['host:*', 'robots:*', 'network*'],
  push: ['push*'],
  daemons: ['daemon:*', 'daemons', 'log-levels'],
  clock: ['tick:*', 'samples'],
  admin: ['admin}:*'],
  schema: ['schema*'],
  queueInfo: ['bull}:*:meta'],
  crawlQueue: ['bull}:crawl:*'],
  articlesQueue: ['bull}:articles:*'],
  publishQueue: ['bull}:publish:*'],
  pushQueue: ['bull}:push:*'],
  all: ['*'],
} as const
type Group = keyof typeof KEYS

/** What a role writes, and what it only reads. Every daemon has what stands in DAEMON as well. */
const FENCES: Readonly<Record<AclUser, { readonly writes: readonly Group[]; readonly reads: readonly Group[] }>> = {
  scheduler: {
    writes: [
      ...(['due', 'source', 'hosts', 'push', 'clock', 'sections', 'publishing', 'overrides', 'catalogue'] as const),
      // It evicts articles, from everything that names them.
      ...(['eviction', 'articles', 'stories', 'lists', 'backLinks', 'views', 'events'] as const),
      ...(['crawlQueue', 'pushQueue', 'publishQueue', 'articlesQueue'] as const),
    ],
    reads: [],
  },
  crawl: {
    writes: ['due', 'source', 'hosts', 'push', 'urls', 'crawlQueue', 'pushQueue', 'articlesQueue'],
    // Whether the articles of items it knows are there still.
    reads: ['articles', 'eviction'],
  },
  articles: {
    writes: [
      ...(['articles', 'stories', 'publishing', 'backLinks', 'related', 'learned', 'source'] as const),
      ...(['articlesQueue', 'publishQueue'] as const),
    ],
    reads: ['events', 'overrides', 'views', 'due', 'lists', 'eviction', 'urls'],
  },
  publish: {
    writes: ['lists', 'publishing', 'backLinks', 'overrides', 'publishQueue'],
    reads: ['articles', 'stories', 'events', 'views', 'due', 'source', 'learned'],
  },
  events: { writes: ['events', 'articles', 'views', 'publishing'], reads: ['urls'] },
  http: { writes: ['events'], reads: ['lists'] },
  admin: { writes: ['all'], reads: [] },
  reading: { writes: [], reads: ['lists', 'articles', 'stories', 'sections'] },
  reporting: { writes: [], reads: [] },
}

const DAEMON = { writes: ['daemons', 'queueInfo', 'schema'], reads: ['catalogue', 'begun', 'sections', 'due'] } as const

/** What every client asks of itself and of the server. */
const CLIENT = ['+@connection', '-@admin', '-@dangerous', '+info']
const CLUSTER = ['+cluster|slots', '+cluster|info', '+cluster|keyslot', '+cluster|myid']
const WORKER = ['+@all', '-@pubsub', '-function', '-script', ...CLIENT, ...CLUSTER, '+wait']
/** For what the desk shows of queues: which workers there are. */
const SHOWN: Partial<Record<AclUser, readonly string[]>> = { admin: ['+client|list'] }

/** Keys stand with or without the brace of their hash tag. */
const patterns = (prefix: string, groups: readonly Group[], sign: string): string[] =>
  groups
    .flatMap(group => [...KEYS[group]])
    .flatMap(pattern =>
      pattern.includes('}') ? [`{${prefix}:${pattern}`] : [`${prefix}:${pattern}`, `{${prefix}:${pattern}`],
    )
    .map(pattern => `${sign}${pattern}`)

/**
 * The rules of one user, as `ACL SETUSER` takes them behind its name and password.
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

/** All users as lines of an ACL file; their passwords are to be put in. */
export const aclFile = (prefix: string, users: readonly AclUser[] = ACL_USERS): string =>
  users
    .map(user => `user ${prefix}-${user} >PASSWORD-OF-${user.toUpperCase()} ${aclRules(user, prefix).join(' ')}\n`)
    .join('')

/** Whether a key belongs to a group of its own, not only to all. */
export const isFenced = (key: string, prefix: string): boolean =>
  patterns(
    prefix,
    (Object.keys(KEYS) as Group[]).filter(group => group !== 'all'),
    '',
  ).some(pattern => (pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern))
