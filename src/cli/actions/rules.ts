/** `newsdesk rules`: lists, tries, changes and applies the rules that items are judged by. */

import { readFileSync } from 'node:fs'
import pc from 'picocolors'
import { readRules } from '../../config/item-rules.ts'
import { ConfigError } from '../../config/problems.ts'
import { parseYaml } from '../../config/read-yaml.ts'
import { NO_RULES, type RuleSet } from '../../rules/rule.ts'
import type { EditOutcome } from '../../use-cases/editing.ts'
import { describeActions, describeVerdict } from '../../use-cases/item-rules/describe.ts'
import type { DryRun } from '../../use-cases/item-rules/dry-run.ts'
import { createRuleActions, type ReadOutcome, type RuleActions } from '../../use-cases/item-rules/rule-actions.ts'
import { formatDuration } from '../../util/duration.ts'
import { cliActor, openAudit } from '../actor.ts'
import { print } from '../print.ts'
import { type Session, withSession } from '../session.ts'

const knownIds = ({ config, sources }: Session) => ({
  sections: config.taxonomy.map(({ id }) => id),
  sources: sources.list().map(({ id }) => id as string),
})

const openRules = (session: Session): RuleActions => {
  const { config, redis, keys, container } = session
  return createRuleActions({
    ...{ redis, keys, audit: openAudit(session), now: Date.now },
    file: () => config.rules ?? NO_RULES,
    known: () => knownIds(session),
    publishing: async () => (await container()).publishing,
  })
}

const ago = (at: number): string => `${formatDuration(Date.now() - at)} ago`

const STDIN = 0

/** @throws ConfigError if it cannot be read */
const readText = (file: string): string => {
  try {
    return readFileSync(file === '-' ? STDIN : file, 'utf8')
  } catch (error) {
    throw new ConfigError([`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`], {
      cause: error,
    })
  }
}

const nameOf = (file: string): string => (file === '-' ? '(input)' : file)

/** Reads one rule. @throws ConfigError with everything that is wrong */
const readOne = (rules: RuleActions, file: string): Extract<ReadOutcome, { kind: 'done' }> => {
  const read = rules.read(readText(file), nameOf(file))
  if (read.kind === 'wrong') throw new ConfigError(read.problems)
  for (const note of read.notes) console.error(`! ${note}`)
  return read
}

/** Reads rules as rules.yaml has them, or one rule. @throws ConfigError with everything that is wrong */
const readSet = (session: Session, rules: RuleActions, file: string): RuleSet => {
  const problems: string[] = []
  const text = readText(file)
  const parsed = parseYaml(nameOf(file), () => text, problems)
  const written = parsed?.written
  const isSet = typeof written === 'object' && written !== null && 'rules' in written
  if (parsed === null || !isSet) {
    const read = rules.read(text, nameOf(file))
    if (read.kind === 'wrong') throw new ConfigError(read.problems)
    for (const note of read.notes) console.error(`! ${note}`)
    return { apply: 'all', rules: [{ ...read.rule, enabled: true }] }
  }
  const read = readRules(parsed, knownIds(session))
  if (read.problems.length > 0) throw new ConfigError(read.problems)
  for (const note of read.notes) console.error(`! ${note}`)
  return read.rules
}

/** @returns 0; 1 if a stored rule cannot be read */
export const listCommand = (configDir: string, json: boolean): Promise<number> =>
  withSession(configDir, async session => {
    const { apply, rules, problems } = await openRules(session).list()
    if (json)
      console.log(
        JSON.stringify(
          {
            apply,
            rules: rules.map(({ rule, live, count }) => ({
              ...{ from: live ? 'live' : 'rules.yaml', rule, items: count?.items ?? 0 },
              ...{ lastMatch: count ? new Date(count.last).toISOString() : null },
              ...(live ? { by: live.by, changed: new Date(live.at).toISOString() } : {}),
            })),
            problems,
          },
          null,
          2,
        ),
      )
    else if (rules.length === 0) console.log('There are no rules. docs/rules.md shows how to write one.')
    else {
      print(rules, [
        { title: 'Rule', value: ({ rule }) => `${rule.id}${rule.enabled ? '' : ' (off)'}` },
        { title: 'From', value: ({ live }) => (live ? `live, by ${live.by}` : 'rules.yaml') },
        { title: 'Does', value: ({ rule }) => describeActions(rule.do), flexible: true },
        { title: 'Items', value: ({ count }) => String(count?.items ?? 0), align: 'right' },
        { title: 'Last match', value: ({ count }) => (count ? ago(count.last) : 'never') },
      ])
      if (apply === 'first') console.log('\nOnly the first rule that matches an item is applied (apply: first).')
    }
    for (const problem of problems) console.error(`! ${problem}`)
    return problems.length > 0 ? 1 : 0
  })

const MAX_SHOWN = 50

const showDryRun = ({ articles, matches, byRule, cost }: DryRun): void => {
  if (matches.length > 0)
    print(matches.slice(0, MAX_SHOWN), [
      { title: 'Article', value: ({ id }) => id },
      { title: 'Source', value: ({ source }) => source },
      { title: 'Would', value: ({ verdict }) => describeVerdict(verdict), flexible: true },
      { title: 'Title', value: ({ title }) => title, flexible: true },
    ])
  if (matches.length > MAX_SHOWN) console.log(`and ${matches.length - MAX_SHOWN} older; --json prints all`)
  console.log(
    `\n${pc.bold(`${matches.length} of ${articles}`)} stored articles match, at ${cost.toFixed(1)} µs an article:`,
  )
  for (const [id, count] of byRule) console.log(`  ${id}: ${count}`)
}

/** @returns 0 */
export const testCommand = (
  configDir: string,
  file: string | undefined,
  { last, json }: { readonly last: number; readonly json: boolean },
): Promise<number> =>
  withSession(
    configDir,
    async session => {
      const rules = openRules(session)
      const tried = await rules.test(file === undefined ? null : readSet(session, rules, file), last)
      if (json) console.log(JSON.stringify({ ...tried, byRule: Object.fromEntries(tried.byRule) }, null, 2))
      else showDryRun(tried)
      return 0
    },
    { onlyReads: true },
  )

/** Prints why nothing was done. @returns 1 */
const refuse = (outcome: Exclude<EditOutcome<unknown>, { kind: 'done' }>): number => {
  console.error(outcome.why)
  return 1
}

/** @returns 0; 1 if it cannot be stored; 2 if it is no valid rule */
export const addCommand = (configDir: string, file: string): Promise<number> =>
  withSession(configDir, async session => {
    const rules = openRules(session)
    const read = readOne(rules, file)
    const outcome = await rules.save(cliActor(), read)
    if (outcome.kind !== 'done') return refuse(outcome)
    console.log(
      `${outcome.result ? 'Replaced' : 'Added'} the live rule ${read.rule.id}. It applies to items that come in or are edited from now on.`,
    )
    return 0
  })

/** @returns 0; 1 if there is no such live rule */
export const removeCommand = (configDir: string, id: string): Promise<number> =>
  withSession(configDir, async session => {
    const outcome = await openRules(session).remove(cliActor(), id)
    if (outcome.kind !== 'done') return refuse(outcome)
    console.log(`Removed the live rule ${id}. What it decided stays; \`newsdesk rules apply\` decides anew.`)
    return 0
  })

/** @returns 0; 1 if there is no such live rule; 2 if the direction is neither */
export const moveCommand = (configDir: string, id: string, to: string): Promise<number> => {
  if (to !== 'up' && to !== 'down') {
    console.error(`${JSON.stringify(to)} is no direction: say up or down.`)
    return Promise.resolve(2)
  }
  return withSession(configDir, async session => {
    const outcome = await openRules(session).move(cliActor(), id, to)
    if (outcome.kind !== 'done') return refuse(outcome)
    console.log(`Moved the live rule ${id} ${to}.`)
    return 0
  })
}

/** @returns 0 */
export const applyCommand = (
  configDir: string,
  { last = Number.MAX_SAFE_INTEGER, json }: { readonly last?: number | undefined; readonly json: boolean },
): Promise<number> =>
  withSession(configDir, async session => {
    const applied = await openRules(session).apply(cliActor(), last)
    if (json) console.log(JSON.stringify(applied))
    else console.log(`${applied.changed} of ${applied.articles} stored articles changed.`)
    return 0
  })

/** @returns 0 */
export const droppedCommand = (configDir: string, json: boolean): Promise<number> =>
  withSession(
    configDir,
    async session => {
      const dropped = await openRules(session).dropped(json ? 1_000 : MAX_SHOWN)
      if (json) console.log(JSON.stringify(dropped, null, 2))
      else if (dropped.length === 0) console.log('Rules dropped nothing yet.')
      else
        print(dropped, [
          { title: 'Source', value: ({ source }) => source },
          { title: 'Dropped', value: ({ at }) => ago(at) },
          { title: 'By', value: ({ rules }) => rules.join(', ') },
          { title: 'Title', value: ({ title }) => title, flexible: true },
        ])
      return 0
    },
    { onlyReads: true },
  )
