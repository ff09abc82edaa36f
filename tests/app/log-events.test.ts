import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { withLogEvents } from '../../scripts/write-log-events.ts'
import { COMMON_FIELDS, LOG_EVENTS, LOG_FIELDS } from '../../src/domain/log-events.ts'
import { findLogCalls, type LogCall } from './log-calls.ts'

/** Logged by the log of outages, for whatever failed. */
const PASSED_ON = 'redis.interrupted'
const events: Readonly<Record<string, { readonly fields: readonly string[] }>> = LOG_EVENTS

describe('the vocabulary of the log', () => {
  let calls: readonly LogCall[] = []
  beforeAll(() => {
    calls = findLogCalls(['src', 'jobs'])
  }, 300_000)
  const faults = (of: (call: LogCall) => readonly string[]) =>
    calls.flatMap(call => of(call).map(fault => `${call.at} ${call.event}: ${fault}`))

  it('every call of a logger names an event of the table', () => {
    expect(calls.length).toBeGreaterThan(70)
    expect(faults(({ event }) => (event !== null && event in events ? [] : ['is not in LOG_EVENTS']))).toEqual([])
  })

  it('every call of a logger only has the fields that the table gives for its event', () => {
    // The log of outages adds what it was called for, and pino's loggers of a queue or a job their names.
    const known = (event: string | null): readonly string[] => (event === null ? [] : (events[event]?.fields ?? []))
    const isChild = (name: string) => name === 'queue' || name === 'job'
    expect(
      faults(({ event, fields }) => fields.filter(name => !isChild(name) && !known(event).includes(name))),
    ).toEqual([])
  })

  it('every event of the table is logged somewhere, with each of its fields', () => {
    const used = new Map<string, Set<string>>()
    for (const { event, fields } of calls) {
      const found = used.get(event ?? '') ?? new Set()
      for (const field of fields) found.add(field)
      used.set(event ?? '', found)
    }
    expect(Object.keys(events).filter(name => !used.has(name) && name !== PASSED_ON)).toEqual([])
    // `err` is added by the log of outages.
    const unused = Object.entries(events).flatMap(([name, { fields }]) =>
      fields.flatMap(field =>
        name === PASSED_ON || field === 'err' || used.get(name)?.has(field) ? [] : [`${name}: ${field}`],
      ),
    )
    expect(unused).toEqual([])
  })

  it('docs/monitoring.md has the table (npm run docs)', () => {
    const page = readFileSync('docs/monitoring.md', 'utf8')
    expect(page).toBe(withLogEvents(page))
  })

  it('every field of the table is a field of some event, and none has the name of a common one', () => {
    const used = new Set(Object.values(events).flatMap(({ fields }) => fields))
    expect(Object.keys(LOG_FIELDS).filter(name => !used.has(name))).toEqual([])
    expect(Object.keys(LOG_FIELDS).filter(name => name in COMMON_FIELDS)).toEqual([])
  })
})
