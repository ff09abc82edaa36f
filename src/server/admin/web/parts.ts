/** What the admin UI works with: each page takes what it needs of it. */

import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { ArticleSearch } from '../../../articles/search.ts'
import type { ArticleStore } from '../../../articles/store.ts'
import type { SourceId } from '../../../domain/source.ts'
import type { Stories } from '../../../domain/story-decision.ts'
import type { Override } from '../../../lists/overrides.ts'
import type { Publisher } from '../../../lists/publisher.ts'
import type { Keys } from '../../../redis/keys.ts'
import type { SourceState } from '../../../sources/state/state.ts'
import type { Sources } from '../../../sources/store/sources.ts'
import type { SourceSummary } from '../../../sources/store/summary-cache.ts'
import type { SourceActs } from '../../../use-cases/actions.ts'
import type { AddSources } from '../../../use-cases/add-sources.ts'
import type { Actor, Audit } from '../../../use-cases/audit-log.ts'
import type { EditingActs, Outcome } from '../../../use-cases/editing.ts'
import type { Summary } from '../../../use-cases/source-status.ts'
import type { Sample } from '../../metrics/samples.ts'
import type { Refusals } from '../auth/refusals.ts'
import type { Show } from './respond.ts'

/** What became of a body that was read again, as far as a page tells it. */
interface Replayed {
  readonly outcome: 'read' | 'unreadable' | 'gone' | 'no-source'
  readonly detail: string
  readonly new: number
  readonly edited: number
}

/** Levels of the log, as the desk reads and changes them. */
export interface LogLevelControl {
  readonly names: readonly string[]
  /** In force; `*` is every daemon. */
  read(): Promise<
    readonly { readonly daemon: string; readonly level: string; readonly until: number; readonly by: string }[]
  >
  /** @param level null for what is configured, at once */
  change(
    by: Actor,
    wish: { readonly level: string | null; readonly daemon: string; readonly lasts: number },
  ): Promise<Outcome<string>>
}

/** What routes work with. Each takes what it needs of it. */
export interface PageParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly sources: Pick<Sources, 'get' | 'list' | 'state' | 'history' | 'quarantine'>
  /** All sources, a few facts each: cheap also where there are ten thousand. */
  readonly glance: () => Promise<readonly SourceSummary[]>
  readonly sourceActs: SourceActs
  readonly archive: Pick<ArticleStore, 'articles' | 'stories'>
  /** Articles by words of their titles. */
  readonly finder: ArticleSearch
  /** Why an article is in its story; null where it has left the window in which stories are decided. */
  readonly explainStory: Stories['explain']
  /** Why an entry stands where it stands; null where there is none. */
  readonly explainEntry: Publisher['explain']
  readonly editingActs: EditingActs
  /** What was refused, as counts. */
  readonly refusals: Pick<Refusals, 'read'>
  /** Pins and blocks in force. */
  readonly placements: () => Promise<readonly Override[]>
  /** Lists that may show articles of these sections. */
  readonly listsShowing: (sections: readonly string[]) => readonly string[]
  readonly adding: AddSources
  /** How push stands with a source, in a line. */
  readonly pushLine: (source: SourceId, state: SourceState) => Promise<string>
  /** Whether a source stands in sources.yaml. */
  readonly isInFile: (id: string) => boolean
  readonly replay: (source: SourceId, body: string) => Promise<Replayed>
  readonly listNames: () => readonly string[]
  /** Of the taxonomy, for people. */
  readonly sections: () => readonly { readonly id: string; readonly label: string }[]
  readonly status: () => Promise<Summary>
  /** Figures of the last day, oldest first. */
  readonly samples: () => Promise<readonly Sample[]>
  /** What daemons log in place of what is configured, and until when. */
  readonly logLevels: LogLevelControl
  readonly audit: Audit
  readonly show: Show
  /** ms between two re-crawls of a source from the desk. */
  readonly recrawlGap: () => number
  readonly log: Logger
  /** ms since the epoch. */
  readonly now: () => number
}
