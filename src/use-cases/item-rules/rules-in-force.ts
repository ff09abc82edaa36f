/**
 * The rules in force in this process: live rules first, then those of rules.yaml. They are compiled when they change,
 * so that items only meet compiled ones.
 */

import type { Store } from '../../redis/store.ts'
import { type CompiledRules, compileRules } from '../../rules/compile.ts'
import { NO_RULES, type Rule, type RuleSet } from '../../rules/rule.ts'
import { createLiveRules, type LiveRule, type LiveRuleSet, NO_LIVE_RULES } from './live-rules.ts'
import { countMatches, type Judged } from './rule-counts.ts'

export interface RuleInForce {
  readonly rule: Rule
  /** null if it is of rules.yaml. */
  readonly live: LiveRule | null
}

export interface RulesInForce {
  /** Checks whether the live rules were changed. @returns whether they were */
  refresh(): Promise<boolean>
  /** In the order in which they are applied. */
  list(): readonly RuleInForce[]
  /** What is stored and cannot be read. */
  problems(): readonly string[]
  /** null if there is none that is enabled. */
  compiled(): CompiledRules | null
  /** Counts what they matched. */
  count(judged: readonly Judged[], at: number): Promise<void>
}

/** Merges live rules and those of the file. (pure) */
export const mergeRules = (file: RuleSet, live: readonly LiveRule[]): readonly RuleInForce[] => {
  const own = new Set(live.map(({ rule }) => rule.id))
  return [
    ...live.map(each => ({ rule: each.rule, live: each })),
    ...file.rules.filter(({ id }) => !own.has(id)).map(rule => ({ rule, live: null })),
  ]
}

/** @param file the rules of the configuration in force; a reload replaces them */
export const createRulesInForce = (store: Store, file: () => RuleSet | undefined): RulesInForce => {
  const liveRules = createLiveRules(store)
  let live: LiveRuleSet = NO_LIVE_RULES
  let merged: { readonly file: RuleSet; readonly live: LiveRuleSet; readonly list: readonly RuleInForce[] } | null =
    null
  let compiled: { readonly list: readonly RuleInForce[]; readonly rules: CompiledRules | null } | null = null

  const list = (): readonly RuleInForce[] => {
    const now = file() ?? NO_RULES
    if (merged === null || merged.file !== now || merged.live !== live)
      merged = { file: now, live, list: mergeRules(now, live.rules) }
    return merged.list
  }
  return {
    async refresh() {
      if ((await liveRules.version()) === live.version) return false
      live = await liveRules.read()
      return true
    },
    list,
    problems: () => live.problems,
    compiled() {
      const all = list()
      if (compiled?.list !== all) {
        const rules = all.map(({ rule }) => rule)
        const { apply } = file() ?? NO_RULES
        compiled = { list: all, rules: rules.some(({ enabled }) => enabled) ? compileRules({ apply, rules }) : null }
      }
      return compiled.rules
    },
    count: (judged, at) => countMatches(store, judged, at),
  }
}
