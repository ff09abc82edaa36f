import { describe, expect, it } from 'vitest'
import { createLifecycle, endsWithin } from '../../src/app/lifecycle.ts'

const never = (): Promise<never> => new Promise(() => undefined)

const aLifecycle = () => {
  const happened: string[] = []
  const lifecycle = createLifecycle(deadline => happened.push(`late after ${deadline}`))
  return { happened, lifecycle }
}

describe('a process that shuts down', () => {
  it('a process that shuts down finishes running work, then closes its resources in reverse order of creation', async () => {
    const { happened, lifecycle } = aLifecycle()
    lifecycle.closeLast(() => happened.push('connection closed'))
    lifecycle.closeLast(async () => happened.push('queues closed'))
    lifecycle.finishFirst({
      async finish() {
        happened.push(`told to stop: ${lifecycle.stopping.aborted}`)
      },
    })
    expect(await lifecycle.stop(1_000)).toBe(true)
    expect(happened).toEqual(['told to stop: true', 'queues closed', 'connection closed'])
    expect(lifecycle.abandoning.aborted).toBe(false)
  })

  it('a process that shuts down abandons work that exceeds the deadline, and still closes everything', async () => {
    const { happened, lifecycle } = aLifecycle()
    lifecycle.closeLast(() => happened.push('closed'))
    lifecycle.finishFirst({
      finish: never,
      async abandon() {
        happened.push(`abandoned: ${lifecycle.abandoning.aborted}`)
      },
    })
    expect(await lifecycle.stop(1)).toBe(false)
    expect(happened).toEqual(['late after 1', 'abandoned: true', 'closed'])
  })

  it('a process that shuts down closes the remaining resources if closing one of them fails', async () => {
    const { happened, lifecycle } = aLifecycle()
    lifecycle.closeLast(() => happened.push('closed'))
    lifecycle.closeLast(() => {
      throw new Error('the connection is gone')
    })
    lifecycle.finishFirst({ finish: () => Promise.reject(new Error('the server was never up')) })
    expect(await lifecycle.stop(1_000)).toBe(true)
    expect(happened).toEqual(['closed'])
  })

  it('a process that shuts down closes each resource once, however often shutdown is requested', async () => {
    const { happened, lifecycle } = aLifecycle()
    lifecycle.closeLast(() => happened.push('closed'))
    await lifecycle.stop(1_000)
    await lifecycle.stop(1_000)
    expect(happened).toEqual(['closed'])
  })
})

describe('a process whose start failed', () => {
  it('a process whose start failed waits for no job: it abandons running work and closes what was opened', async () => {
    const { happened, lifecycle } = aLifecycle()
    lifecycle.closeLast(() => happened.push('closed'))
    lifecycle.finishFirst({
      finish: never,
      async abandon() {
        happened.push('abandoned')
      },
    })
    await lifecycle.abort()
    expect(happened).toEqual(['abandoned', 'closed'])
    expect(lifecycle.stopping.aborted && lifecycle.abandoning.aborted).toBe(true)
  })
})

describe('work with a deadline', () => {
  it.each([
    ['that is done has ended in time', () => Promise.resolve(), true],
    ['that fails has ended in time', () => Promise.reject(new Error('failed')), true],
    ['that goes on has not ended in time', never, false],
  ])('work with a deadline %s', async (_, work, inTime) => {
    expect(await endsWithin(work(), 5)).toBe(inTime)
  })
})
