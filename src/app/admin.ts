/** Starts the admin server, and passes each page what it needs of the other modules. */

import { deliver } from '../../jobs/deliver.ts'
import { replay } from '../../jobs/replay.ts'
import { createMoves } from '../../jobs/retry-quarantined.ts'
import { createArticleSearch } from '../articles/search.ts'
import type { Config } from '../config/load.ts'
import { LEVELS } from '../domain/log-level.ts'
import { configuredEditions, LISTS } from '../lists/registry.ts'
import { addPushedCrawl, addRecrawl, type Queues } from '../queues/queues.ts'
import { NO_RULES } from '../rules/rule.ts'
import { type AdminParts, type AdminServer, startAdmin } from '../server/admin/server.ts'
import type { Samples } from '../server/metrics/samples.ts'
import { createAddSources } from '../use-cases/add-sources.ts'
import { createAudit } from '../use-cases/audit-log.ts'
import { createEditingActions } from '../use-cases/editing.ts'
import { createRuleActions } from '../use-cases/item-rules/rule-actions.ts'
import { createListChanges } from '../use-cases/list-changes.ts'
import { changeLevel, type LogLevels } from '../use-cases/log-levels.ts'
import { pushLine } from '../use-cases/push-status.ts'
import { createSourceActions } from '../use-cases/source-actions.ts'
import { readDaemons } from '../use-cases/status.ts'
import type { Container } from './container.ts'
import type { SharedJobContext } from './job-context.ts'

export interface AdminWiring
  extends Pick<
    AdminParts,
    'redis' | 'keys' | 'readSummaries' | 'status' | 'probes' | 'pulse' | 'onRefused' | 'onStreams' | 'log' | 'now'
  > {
  /** The current configuration: a reload replaces it. */
  readonly config: () => Config
  readonly queues: Queues
  readonly container: Container
  readonly context: SharedJobContext
  readonly samples: Pick<Samples, 'read'>
  readonly levels: LogLevels
}

export const startAdminUi = ({
  config,
  queues,
  container,
  context,
  samples,
  levels,
  ...parts
}: AdminWiring): Promise<AdminServer> => {
  const { redis, keys, now } = parts
  const { sources, catalogue, lists } = container
  const settings = () => config().settings
  const audit = createAudit({ redis, keys, now })
  return startAdmin({
    ...parts,
    // Live settings are read when they are used; all others keep their value from startup.
    settings: {
      ...settings().admin,
      get session() {
        return settings().admin.session
      },
    },
    ...{ sources, audit },
    queues: { ...queues },
    sourceActions: createSourceActions({
      ...{ redis, keys, catalogue, sources, audit },
      recrawl: (sourceId, isBehind) => addRecrawl(queues, sourceId, isBehind),
      gap: context.recrawlGap,
      moves: createMoves(context),
    }),
    recrawlGap: () => settings().admin.recrawlGap,
    adding: createAddSources({ redis, keys, sources, config }),
    pushLine: async (sourceId, state) =>
      pushLine(await container.push.of(sourceId), state, settings().push.baseUrl !== '', now()),
    sourceInFile: catalogue.inFile,
    sections: () => config().taxonomy.map(({ id, labels }) => ({ id, label: labels.en ?? id })),
    archive: container.articleStore,
    finder: createArticleSearch({ redis, keys, retention: () => settings().articles.retention, now }),
    explainStory: container.stories.explain,
    explainEntry: lists.publisher.explain,
    editingActions: createEditingActions({ edits: container.edits, audit }),
    ruleActions: createRuleActions({
      ...{ redis, keys, audit, now, publishing: async () => container.publishing },
      onChange: container.itemRules.refresh,
      file: () => config().rules ?? NO_RULES,
      known: () => ({ sections: config().taxonomy.map(({ id }) => id), sources: sources.list().map(({ id }) => id) }),
    }),
    overrides: () => lists.editors.inForce(now()),
    listsShowing: sections => LISTS.namesShowing(sections, configuredEditions(settings().lists)),
    replay: (source, body) => replay(source, body, context),
    listsUrl: () => {
      const { host, port } = settings().http
      if (port <= 0) return null
      // What listens on every interface is reached on this one, too.
      return `http://${['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`
    },
    listNames: () => lists.publisher.names(),
    listChanges: createListChanges({ redis, keys, archive: container.articleStore }),
    samples: samples.read,
    logLevels: {
      names: LEVELS,
      read: async () => (await levels.read()).filter(({ until }) => until > now()),
      change: async (by, { level, ...wish }) => {
        const wanted = level === null ? null : LEVELS.find(each => each === level)
        if (wanted === undefined) return { kind: 'wrong', why: `There is no level ${JSON.stringify(level)}.` }
        const daemons = () => readDaemons({ redis, keys, now })
        return changeLevel({ levels, audit, daemons, now }, by, { ...wish, level: wanted })
      },
    },
    pushCallback: {
      push: container.push,
      deliver: delivered => deliver(delivered, { ...context, addCrawl: sourceId => addPushedCrawl(queues, sourceId) }),
      maxBody: () => settings().push.maxBody,
    },
  })
}
