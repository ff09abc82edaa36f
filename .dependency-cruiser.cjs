/**
 * The layers, lowest first (docs/architecture.md): a module imports from its own layer and from those below it, type imports counted.
 * What a folder may not reach is never listed; its place in this array says it.
 */
const LAYERS = [
  'src/util',
  'src/domain',
  'src/languages',
  'src/rules',
  'src/config',
  'src/redis',
  'src/http-client',
  'src/feeds',
  'src/sources',
  'src/websub',
  'src/sections',
  'src/articles',
  'src/stories',
  'src/events',
  'src/lists',
  'src/eviction',
  'src/webhooks',
  'src/queues',
  'src/maintenance',
  'src/use-cases',
  'jobs',
  'src/server',
  'src/app',
  'demo',
  'src/cli',
  'src/main.ts',
]
/** What a service imports: it brings no worker with it. */
const CLIENT = '^src/client/'

/** What computes and nothing else: no Redis, HTTP, files, clock or timers. The linter holds the same files to it (lint/pure.grit). */
const PURE = [
  '^src/domain/',
  '/rules/',
  '^src/sources/schedule/',
  '^src/sources/state/',
  '^src/feeds/fields/',
  '^src/feeds/dates/',
]
const IO =
  '^src/redis/|node_modules/(ioredis|bullmq|undici|express)/|^(node:)?(fs|http|https|http2|net|tls|dns|child_process|worker_threads|timers)(/|$)'

const under = layers => `^(${layers.map(layer => layer.replace('.', '\\.')).join('|')})(/|$)`

module.exports = {
  forbidden: [
    ...LAYERS.slice(0, -1).map((layer, index) => ({
      name: `below-${LAYERS[index + 1].replace(/^src\//, '')}`,
      comment: `${layer} imports only from the layers below it`,
      severity: 'error',
      from: { path: under([layer]) },
      to: { path: under(LAYERS.slice(index + 1)) },
    })),
    {
      name: 'pure-modules-do-no-io',
      comment: 'rules and the domain compute on what they are given',
      severity: 'error',
      from: { path: PURE },
      to: { path: IO, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycles',
      comment: 'no two files import each other, by way of others either; type imports count',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-cycles-between-folders',
      comment: 'no two folders import each other, by way of others either',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
    {
      name: 'client-stands-alone',
      comment: 'the client imports the domain, the names of keys, and what confirms that replicas have a report',
      severity: 'error',
      from: { path: CLIENT },
      to: {
        path: '^(jobs|demo|src)/',
        pathNot: [
          CLIENT,
          '^src/(domain|util)/',
          '^src/redis/keys/',
          '^src/redis/(keys|stream-id|replication-barrier|nodes)\\.ts$',
        ],
      },
    },
    {
      name: 'nothing-imports-the-client',
      comment: 'the client is for other services; the demo reads the lists as one of them',
      severity: 'error',
      from: { path: '^(src|jobs)/', pathNot: [CLIENT, '^src/cli/'] },
      to: { path: CLIENT },
    },
    {
      name: 'no-dev-in-product',
      severity: 'error',
      from: { path: '^(src|jobs|demo)/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.d\\.ts$|/assets/|^tests/|^bench/|\\.config\\.' },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}

// For scripts/layers.ts; not enumerable, since the tool accepts no keys but its own.
Object.defineProperty(module.exports, 'layers', { value: LAYERS })
