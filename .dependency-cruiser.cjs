/** The walls between the rooms (docs/decisions/0001): checked in CI. */
const pure =
  '^src/(article|settings)/|^src/lists/(rank|rules)|^src/story/(clusterer|features|decision)|^src/feed/(?!fetch|post|guard)|^src/websub/(link-header|signature|subscription\\.ts)'
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'rooms-know-nothing-of-the-edges',
      comment: 'a domain room never imports jobs/, app/, admin/ or http/ (but its settings)',
      severity: 'error',
      from: { path: '^src/(?!app/|admin/|http/)' },
      to: { path: '^(jobs/|src/app/|src/admin/|src/http/)' },
    },
    {
      name: 'pure-rooms-do-no-io',
      comment: 'pure rules import neither Redis nor HTTP',
      severity: 'error',
      from: { path: pure },
      to: { path: '^src/redis/|node_modules/(ioredis|bullmq|undici|express)|^(node:)?(http|https|net|dns)$' },
    },
    {
      name: 'client-stands-alone',
      comment: 'what a service imports brings no worker with it',
      severity: 'error',
      from: { path: '^src/client/' },
      to: { path: '^(jobs/|src/(?!client/|lists/entry|redis/(keys|kept|nodes)|events/event|article/identity))' },
    },
    {
      name: 'no-dev-in-product',
      severity: 'error',
      from: { path: '^(src|jobs)/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.d\\.ts$|^src/admin/assets/|^tests/|^bench/|\\.config\\.' },
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
