import { Writable } from 'node:stream'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { createOutageLog, explainOutage } from '../../src/redis/transient-error.ts'

const logged = () => {
  const lines: Record<string, unknown>[] = []
  const sink = new Writable({
    write(chunk, _encoding, written) {
      lines.push(JSON.parse(String(chunk)))
      written()
    },
  })
  return { lines, log: pino(sink) }
}

describe('errors caused by an outage of Redis', () => {
  it.each([
    ['stream gone', 'UNBLOCKED the stream key no longer exists'],
    ['stream gone', "NOGROUP No such key 'newsdesk:events' or consumer group 'count' in XREADGROUP with GROUP option"],
    ['job gone', 'Missing key for job 12. moveToFinished'],
    ['lock lost', 'Missing lock for job courier-c1-0. moveToFinished'],
    ['lock lost', 'Lock mismatch for job 12. Cmd moveToDelayed from active'],
    ['lock lost', 'could not renew lock for job 12'],
    ['lock lost', 'Job 12 is not in the active state. moveToFinished'],
    ['rejected', "OOM command not allowed when used memory > 'maxmemory'."],
    ['rejected', "READONLY You can't write against a read only replica."],
    ['away', "Socket timeout. Expecting data, but didn't receive any in 15000ms."],
    ['away', 'connect ECONNREFUSED 127.0.0.1:6379'],
  ])('errors caused by an outage of Redis are recognised as “%s” by the error %s', (kind, message) => {
    expect(explainOutage(new Error(message))?.kind).toBe(kind)
  })

  it.each([
    'ERR unknown command `NONSENSE`',
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    "Cannot read properties of undefined (reading 'id')",
    'a job is missing its key',
  ])('errors of other causes are not mistaken for an outage of Redis: %s', message => {
    expect(explainOutage(new Error(message))).toBeNull()
  })

  it('errors caused by an outage of Redis are logged once a minute per kind without a stack, any other error with it, the same again at most every ten seconds', () => {
    const { lines, log } = logged()
    let at = 0
    const trouble = createOutageLog(log, () => at)
    for (let job = 0; job < 20; job += 1)
      trouble(new Error(`Missing key for job ${job}. moveToFinished`), { event: 'worker.failed' }, 'worker error')
    trouble(new Error('UNBLOCKED the stream key no longer exists'), { event: 'events.count_failed' }, 'not counted')
    at += 61_000
    trouble(new Error('Missing key for job 21. moveToFinished'), { event: 'worker.failed' }, 'worker error')
    expect(lines.map(({ level }) => level)).toEqual([40, 40, 40])
    expect(lines[0]).toMatchObject({
      ...{ event: 'redis.interrupted', failed: 'worker.failed', kind: 'job gone' },
      reason: 'Missing key for job 0. moveToFinished',
    })
    expect(JSON.stringify(lines)).not.toContain('    at ')
    const fail = (message: string) =>
      trouble(new Error(message), { event: 'worker.failed', queue: 'crawl' }, 'worker error')
    for (let time = 0; time < 2_000; time += 1) fail(`WRONGTYPE of job ${time}`)
    fail('NOSCRIPT')
    at += 10_001
    fail('WRONGTYPE of job 2000')
    const line = { level: 50, queue: 'crawl' }
    expect(lines.slice(3)).toEqual([
      expect.objectContaining({ ...line, err: expect.objectContaining({ message: 'WRONGTYPE of job 0' }) }),
      expect.objectContaining({ ...line, err: expect.objectContaining({ message: 'NOSCRIPT' }) }),
      expect.objectContaining({ ...line, repeated: 1_999 }),
    ])
  })
})
