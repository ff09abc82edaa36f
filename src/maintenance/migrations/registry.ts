/**
 * All migrations, in order. To add one, add it here and count it in SCHEMA (schema.ts), with a fixture made by the version
 * before (scripts/make-fixture.ts). Schema 0 is what versions wrote before there was a schema. A migration writes out the key
 * names of its time, since src/redis/keys/ may change them later.
 */

import { articleIndex } from './article-index.ts'
import { broadStories } from './broad-stories.ts'
import { eventBuckets } from './event-buckets.ts'
import { keyNames } from './key-names.ts'
import type { Migration } from './migration.ts'
import { shownBy } from './related-back-links.ts'
import { toldApart } from './significant-parameters.ts'
import { storyLog, storyWords } from './story-log.ts'

export const MIGRATIONS: readonly Migration[] = [
  ...[eventBuckets, storyLog, shownBy, articleIndex, toldApart, keyNames],
  storyWords,
  broadStories,
]
