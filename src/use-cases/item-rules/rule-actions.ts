/**
 * What editors do with rules, shared by the admin UI and the command line, so that every change is in the audit.
 * Permissions are checked before.
 */

import { type KnownIds, readRule } from '../../config/item-rules.ts'
import type { Publishing } from '../../queues/publishing.ts'
import type { Store } from '../../redis/store.ts'
import type { Rule, RuleSet } from '../../rules/rule.ts'
import type { Actor, Audit } from '../audit-log.ts'
import type { EditOutcome } from '../editing.ts'
import { type Applied, applyToStored, type DryRun, dryRun } from './dry-run.ts'
import { createLiveRules, type LiveRule } from './live-rules.ts'
import { type DroppedItem, forgetCounts, type RuleCount, readDropped, readRuleCounts } from './rule-counts.ts'
import { mergeRules, type RuleInForce } from './rules-in-force.ts'

/** A rule as read from a text, or what is wrong with it, by line and column. */
export type ReadOutcome =
  | {
      readonly kind: 'done'
      readonly rule: Rule
      readonly written: Record<string, unknown>
      readonly notes: readonly string[]
    }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] }

export interface ListedRule extends RuleInForce {
  /** null if it matched nothing yet. */
  readonly count: RuleCount | null
}

export interface RuleActions {
  /** In the order in which they are applied, with what cannot be read. */
  list(): Promise<{
    readonly apply: RuleSet['apply']
    readonly rules: readonly ListedRule[]
    readonly problems: readonly string[]
  }>
  /** @param path what problems call the text */
  read(text: string, path?: string): ReadOutcome
  save(by: Actor, read: Extract<ReadOutcome, { kind: 'done' }>): Promise<EditOutcome<LiveRule | null>>
  remove(by: Actor, id: string): Promise<EditOutcome<LiveRule>>
  move(by: Actor, id: string, to: 'up' | 'down'): Promise<EditOutcome<LiveRule>>
  /** Tries rules on stored articles: those given, else those in force. */
  test(rules: RuleSet | null, most?: number): Promise<DryRun>
  /** Applies the rules in force to stored articles. */
  apply(by: Actor, most: number): Promise<Applied>
  dropped(most: number): Promise<readonly DroppedItem[]>
}

export interface RuleActionParts extends Store {
  /** The rules of the configuration in force. */
  readonly file: () => RuleSet
  readonly known: () => KnownIds
  readonly audit: Pick<Audit, 'around'>
  /** Called after each change, so that this process need not wait until it looks. */
  readonly onChange?: () => Promise<unknown>
  readonly publishing: () => Promise<Pick<Publishing, 'changed'>>
  /** ms since the epoch. */
  readonly now: () => number
}

const ended = <Result>(outcome: EditOutcome<Result>, describe: (result: Result) => object) =>
  outcome.kind === 'done' ? describe(outcome.result) : { outcome: `refused: ${outcome.why}` }

export const createRuleActions = (parts: RuleActionParts): RuleActions => {
  const { file, known, audit, publishing, onChange, now } = parts
  const live = createLiveRules(parts)
  const changed = async <Result>(change: Promise<EditOutcome<Result>>): Promise<EditOutcome<Result>> => {
    const outcome = await change
    await onChange?.()
    return outcome
  }
  const inForce = async () => {
    const { rules, problems } = await live.read()
    return { list: mergeRules(file(), rules), problems }
  }
  const ruleSet = async (): Promise<RuleSet> => ({
    apply: file().apply,
    rules: (await inForce()).list.map(({ rule }) => rule),
  })
  return {
    async list() {
      const [{ list, problems }, counts] = await Promise.all([inForce(), readRuleCounts(parts)])
      const rules = list.map(each => ({ ...each, count: counts.get(each.rule.id) ?? null }))
      return { apply: file().apply, rules, problems }
    },
    read(text, path) {
      const { rule, written, problems, notes } = readRule(text, known(), path)
      return rule === null
        ? { kind: 'wrong', problems }
        : { kind: 'done', rule, written: written as Record<string, unknown>, notes } // it matched the schema
    },
    save: (by, { rule, written }) =>
      audit.around(
        { by, what: 'rule.save', on: rule.id },
        () => changed(live.save({ rule, written, by: by.name, at: now() })),
        outcome => ended(outcome, before => ({ before: before?.written, after: written })),
      ),
    remove: (by, id) =>
      audit.around(
        { by, what: 'rule.remove', on: id },
        async () => {
          const outcome = await changed(live.remove(id))
          const isInFile = file().rules.some(rule => rule.id === id)
          if (outcome.kind === 'done' && !isInFile) await forgetCounts(parts, [id])
          return outcome
        },
        outcome => ended(outcome, ({ written }) => ({ before: written })),
      ),
    move: (by, id, to) =>
      audit.around(
        { by, what: 'rule.move', on: id },
        () => changed(live.move(id, to)),
        outcome => ended(outcome, () => ({ after: to })),
      ),
    test: async (rules, most) => dryRun(parts, rules ?? (await ruleSet()), most),
    apply: (by, most) =>
      audit.around(
        { by, what: 'rule.apply', on: '' },
        async () => applyToStored(parts, await ruleSet(), await publishing(), most),
        after => ({ after }),
      ),
    dropped: most => readDropped(parts, most),
  }
}
