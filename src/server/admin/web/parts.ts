/** What the pages of the admin UI need: each takes its part of it. */

import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { ArticleSearch } from '../../../articles/search.ts'
import type { ArticleStore } from '../../../articles/store.ts'
import type { AdminSettings } from '../../../config/sections/admin.ts'
import type { Source, SourceId } from '../../../domain/source.ts'
import type { Stories } from '../../../domain/story-decision.ts'
import type { Override } from '../../../lists/overrides.ts'
import type { Publisher } from '../../../lists/publisher.ts'
import type { Keys } from '../../../redis/keys.ts'
import type { SourceState } from '../../../sources/state/state.ts'
import type { Sources } from '../../../sources/store/sources.ts'
import type { SourceSummary } from '../../../sources/store/summary-cache.ts'
import type { AddSources } from '../../../use-cases/add-sources.ts'
import type { Actor, Audit } from '../../../use-cases/audit-log.ts'
import type { EditingActions, EditOutcome } from '../../../use-cases/editing.ts'
import type { RuleActions } from '../../../use-cases/item-rules/rule-actions.ts'
import type { ReadListChanges } from '../../../use-cases/list-changes.ts'
import type { SourceActions } from '../../../use-cases/source-actions.ts'
import type { Summary } from '../../../use-cases/source-status.ts'
import type { RunUndo } from '../../../use-cases/undo.ts'
import type { MetricsSample } from '../../metrics/samples.ts'
import type { PreferenceStore } from '../auth/preferences.ts'
import type { Refusals } from '../auth/refusals.ts'
import type { ResetLinks } from '../auth/reset-links.ts'
import type { Sessions } from '../auth/sessions.ts'
import type { Tokens } from '../auth/tokens.ts'
import type { Users } from '../auth/users.ts'
import type { Flashes } from './flashes.ts'
import type { Show } from './respond.ts'

/** The result of reading a quarantined body again, as far as a page shows it. */
interface ShownReplay {
  readonly outcome: 'read' | 'unreadable' | 'gone' | 'no-source'
  readonly detail: string
  readonly new: number
  readonly edited: number
}

/** Log levels, as the admin UI reads and changes them. */
export interface LogLevelControl {
  readonly names: readonly string[]
  /** Changes in effect; `*` is every daemon. */
  read(): Promise<
    readonly { readonly daemon: string; readonly level: string; readonly until: number; readonly by: string }[]
  >
  /** @param level null returns to the configured level at once */
  change(
    by: Actor,
    wish: { readonly level: string | null; readonly daemon: string; readonly lasts: number },
  ): Promise<EditOutcome<string>>
}

/** Users, their sessions, and tokens. */
export interface People {
  readonly users: Users
  readonly sessions: Sessions
  readonly tokens: Tokens
  readonly resets: ResetLinks
  readonly preferences: PreferenceStore
  readonly settings: Pick<AdminSettings, 'session' | 'secureCookies'>
}

/** What routes need. Each takes its part of it. */
export interface PageParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly sources: Pick<Sources, 'get' | 'list' | 'state' | 'history' | 'quarantine'>
  /** Summaries of all sources: cheap even for ten thousand. */
  readonly readSummaries: () => Promise<readonly SourceSummary[]>
  readonly sourceActions: SourceActions
  readonly archive: Pick<ArticleStore, 'articles' | 'stories' | 'resolveStories'>
  /** Finds articles by words of their titles. */
  readonly finder: ArticleSearch
  /** Why an article is in its story; null if it is outside the clustering window. */
  readonly explainStory: Stories['explain']
  /** Why an entry is at its place in a list; null if there is none. */
  readonly explainEntry: Publisher['explain']
  readonly editingActions: EditingActions
  readonly ruleActions: RuleActions
  /** Counts of refused requests. */
  readonly refusals: Pick<Refusals, 'read'>
  /** Pins and blocks in effect. */
  readonly overrides: () => Promise<readonly Override[]>
  /** Lists that may show articles of these sections. */
  readonly listsShowing: (sections: readonly string[]) => readonly string[]
  readonly adding: AddSources
  /** Describes the push state of a source in one line. */
  readonly pushLine: (source: SourceId, state: SourceState) => Promise<string>
  /** A source as sources.yaml defines it; null if it does not. */
  readonly sourceInFile: (id: string) => Source | null
  readonly replay: (source: SourceId, body: string) => Promise<ShownReplay>
  readonly listNames: () => readonly string[]
  /** Address of the public server, which serves the lists; null if it is off or its port is not known. */
  readonly listsUrl: () => string | null
  /** What changed in a list lately. */
  readonly listChanges: ReadListChanges
  /** Sections of the taxonomy with their labels. */
  readonly sections: () => readonly { readonly id: string; readonly label: string }[]
  readonly status: () => Promise<Summary>
  /** Samples of the last day, oldest first. */
  readonly samples: () => Promise<readonly MetricsSample[]>
  /** Log levels that override the configuration, and until when. */
  readonly logLevels: LogLevelControl
  readonly audit: Audit
  readonly show: Show
  readonly flashes: Flashes
  readonly people: People
  readonly undo: RunUndo
  /** Minimum ms between two re-crawls of a source from the admin UI. */
  readonly recrawlGap: () => number
  readonly log: Logger
  /** ms since the epoch. */
  readonly now: () => number
}
