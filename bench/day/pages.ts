import type { Day } from './build.ts'
import type { FigureRow } from './figures.ts'
import type { Judgement } from './judge.ts'
import type { Read } from './readers.ts'
import type { Outcome } from './run.ts'

export interface PagesWanted {
  readonly day: Day
  readonly reads: readonly Read[]
  readonly outcome: Outcome
  readonly judged: Judgement
  readonly rows: readonly FigureRow[]
}
export const writePages = (_dir: string, _wanted: PagesWanted): void => {}
