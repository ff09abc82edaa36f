/**
 * Builds what knows the sources: the catalogue, their state and their subscriptions. Many commands of the terminal need
 * nothing else.
 */

import type { Config } from '../config/load.ts'
import type { PostForm } from '../http-client/post.ts'
import type { Store } from '../redis/store.ts'
import { type Catalogue, createCatalogue } from '../sources/catalogue/catalogue.ts'
import { createKnownNames, type KnownNames } from '../sources/catalogue/known-names.ts'
import { createSources, type Sources, type SourcesParts } from '../sources/store/sources.ts'
import { createPush, type Push } from '../websub/push.ts'

export interface SourceModules {
  readonly catalogue: Catalogue
  readonly sources: Sources
  readonly push: Push
  readonly knownNames: KnownNames
}

export interface SourceModulesParts extends Store, Pick<SourcesParts, 'dataSet' | 'lost' | 'now'> {
  /** The current configuration: a reload replaces it. */
  readonly config: () => Config
  /** Posts to WebSub hubs; the command line posts nothing. */
  readonly postForm?: PostForm | undefined
}

const postNothing: PostForm = async url => ({
  ...{ kind: 'failed', reason: 'blocked', detail: `only a running daemon posts to ${url}` },
})

export const createSourceModules = (parts: SourceModulesParts): SourceModules => {
  const { config, redis, keys, postForm = postNothing, now } = parts
  const settings = () => config().settings
  const catalogue = createCatalogue({ redis, keys, file: () => config().sources })
  const sources = createSources({
    ...parts,
    catalogue: catalogue.list,
    refresh: catalogue.refresh,
    settings: () => settings().crawl,
    safetyInterval: () => settings().push.safetyInterval,
  })
  const push = createPush({ redis, keys, settings: () => settings().push, sources, postForm, now })
  const knownNames = createKnownNames({
    ...{ redis, keys, now, sources: catalogue.list },
    taxonomy: () => config().taxonomy,
    retention: () => settings().articles.retention,
  })
  return { catalogue, sources, push, knownNames }
}
