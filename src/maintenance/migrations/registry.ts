/**
 * Every change of the shapes kept in Redis, in order; to add one is to add a line, and a fixture made by the version before
 * (scripts/make-fixture.ts). 0 is what versions without a schema wrote.
 */

import { articleIndex } from './article-index.ts'
import { eventBuckets } from './event-buckets.ts'
import { keyNames } from './key-names.ts'
import type { Migration } from './migration.ts'
import { shownBy } from './related-back-links.ts'
import { toldApart } from './significant-parameters.ts'
import { storyLog } from './story-log.ts'

export const MIGRATIONS: readonly Migration[] = [eventBuckets, storyLog, shownBy, articleIndex, toldApart, keyNames]

/** Version of the shapes that this process reads and writes. */
export const SCHEMA = MIGRATIONS.length
