import { describe, expect, it } from 'vitest'
import { createPriorityGate } from '../../jobs/priority-gate.ts'

/** A promise and the means to settle it. */
const aGate = () => {
  let open = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { opened, open }
}

describe('work of low priority', () => {
  it('work of low priority starts at once if no other is running', async () => {
    await createPriorityGate({ maxWait: 60_000 }).yieldToLists()
  })

  it('work of low priority waits until all work of high priority is done, even if some of it failed', async () => {
    const { runFirst, yieldToLists } = createPriorityGate({ maxWait: 60_000 })
    const [one, other] = [aGate(), aGate()]
    const order: string[] = []
    const failing = runFirst(async () => {
      await one.opened
      order.push('one')
      throw new Error('Redis is away')
    })
    const second = runFirst(async () => {
      await other.opened
      order.push('other')
    })
    const waiting = yieldToLists().then(() => order.push('articles'))
    one.open()
    await expect(failing).rejects.toThrow('Redis is away')
    other.open()
    await Promise.all([second, waiting])
    expect(order).toEqual(['one', 'other', 'articles'])
  })

  it('work of low priority waits no longer than its maximum wait', async () => {
    const { runFirst, yieldToLists } = createPriorityGate({ maxWait: 5 })
    const gate = aGate()
    const endless = runFirst(() => gate.opened)
    await yieldToLists()
    gate.open()
    await endless
  })
})
