/**
 * Rules that editors add, change and remove while newsdesk runs. They are kept in Redis in their order, as they were
 * written, and come before those of rules.yaml; one with the id of a rule there takes its place. (docs/rules.md)
 */

import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { loadScript, runScript } from '../../redis/script.ts'
import type { Store } from '../../redis/store.ts'
import { MAX_RULES, Rule } from '../../rules/rule.ts'
import type { EditOutcome } from '../editing.ts'

const replaceScript = loadScript(new URL('./replace-live-rules.lua', import.meta.url))

const StoredRule = z.object({ written: z.record(z.string(), z.unknown()), by: z.string(), at: z.number() })

export interface LiveRule {
  readonly rule: Rule
  /** As it was written, with durations as people write them. */
  readonly written: Readonly<Record<string, unknown>>
  readonly by: string
  /** ms since the epoch: when it was last changed. */
  readonly at: number
}

export interface LiveRuleSet {
  /** Another after each change; empty if there never was a live rule. */
  readonly version: string
  readonly rules: readonly LiveRule[]
  /** What is stored and cannot be read, as by an older version. */
  readonly problems: readonly string[]
}

export const NO_LIVE_RULES: LiveRuleSet = { version: '', rules: [], problems: [] }

export interface LiveRules {
  version(): Promise<string>
  read(): Promise<LiveRuleSet>
  /** Adds a rule as the last, or replaces the one with its id. @returns the one before */
  save(rule: LiveRule): Promise<EditOutcome<LiveRule | null>>
  remove(id: string): Promise<EditOutcome<LiveRule>>
  /** Moves a rule by one place. */
  move(id: string, to: 'up' | 'down'): Promise<EditOutcome<LiveRule>>
}

/** Each further try needs another editor's change in between. */
const MAX_TRIES = 20

const parseStored = (json: string | undefined, problems: string[]): LiveRule[] =>
  z
    .array(z.unknown())
    .parse(JSON.parse(json ?? '[]'))
    .flatMap(each => {
      const stored = StoredRule.safeParse(each)
      const rule = Rule.safeParse(stored.data?.written)
      if (stored.success && rule.success) return [{ ...stored.data, rule: rule.data }]
      const issue = (stored.error ?? rule.error)?.issues[0]
      const id = String(stored.data?.written.id ?? '?')
      problems.push(`live rule ${id} cannot be read and does not count: ${issue?.path.join('.')}: ${issue?.message}`)
      return []
    })

/** Changes the list, or says why not. */
type Change<Result> = (rules: LiveRule[]) => EditOutcome<Result>

const missing = (id: string): EditOutcome<never> => ({
  kind: 'missing',
  why: `There is no live rule ${JSON.stringify(id)}; rules of rules.yaml are changed in the file.`,
})

const saveIn =
  (rule: LiveRule): Change<LiveRule | null> =>
  rules => {
    const place = rules.findIndex(each => each.rule.id === rule.rule.id)
    if (place < 0 && rules.length >= MAX_RULES)
      return { kind: 'wrong', why: `There are ${MAX_RULES} live rules already, which is the most.` }
    const [before = null] = rules.splice(place < 0 ? rules.length : place, place < 0 ? 0 : 1, rule)
    return { kind: 'done', result: before }
  }

const removeFrom =
  (id: string): Change<LiveRule> =>
  rules => {
    const place = rules.findIndex(({ rule }) => rule.id === id)
    const [removed] = place < 0 ? [] : rules.splice(place, 1)
    return removed ? { kind: 'done', result: removed } : missing(id)
  }

const moveIn =
  (id: string, to: 'up' | 'down'): Change<LiveRule> =>
  rules => {
    const place = rules.findIndex(({ rule }) => rule.id === id)
    const moved = rules[place]
    if (!moved) return missing(id)
    rules.splice(place, 1)
    rules.splice(Math.max(0, place + (to === 'up' ? -1 : 1)), 0, moved)
    return { kind: 'done', result: moved }
  }

export const createLiveRules = ({ redis, keys }: Store): LiveRules => {
  const key = keys.liveRules()

  const read = async (): Promise<LiveRuleSet> => {
    const [version, json] = await redis.hmget(key, 'version', 'rules')
    if (!version) return NO_LIVE_RULES
    const problems: string[] = []
    return { version, rules: parseStored(json ?? undefined, problems), problems }
  }

  const change = async <Result>(edit: Change<Result>): Promise<EditOutcome<Result>> => {
    for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
      const before = await read()
      const rules = [...before.rules]
      const outcome = edit(rules)
      if (outcome.kind !== 'done') return outcome
      const json = JSON.stringify(rules.map(({ written, by, at }) => ({ written, by, at })))
      const replaced = await runScript(redis, replaceScript, [key], [before.version, randomUUID(), json])
      if (replaced === 1) return outcome
    }
    return { kind: 'wrong', why: 'Others keep changing the rules at the same time; try again.' }
  }

  return {
    version: async () => (await redis.hget(key, 'version')) ?? '',
    read,
    save: rule => change(saveIn(rule)),
    remove: id => change(removeFrom(id)),
    move: (id, to) => change(moveIn(id, to)),
  }
}
