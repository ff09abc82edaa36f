import { createServer } from 'node:http'
import { afterAll, describe, expect, it } from 'vitest'
import { belongsToOneRequest } from '../../src/app/uncaught.ts'

describe('an uncaught error', () => {
  const server = createServer((request, response) => {
    response.on('error', error => {
      errors.push(error)
    })
    if (request.url === '/late') {
      response.end('said')
      response.write('after the end')
    } else {
      response.end()
      try {
        response.setHeader('x', 'y')
      } catch (error) {
        errors.push(error)
      }
    }
  })
  const errors: unknown[] = []
  afterAll(() => server.close())

  it('an uncaught error ends the process, unless it belongs to a single response', async () => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    for (const path of ['late', 'headers']) await (await fetch(`http://127.0.0.1:${port}/${path}`)).text()
    expect(errors.length).toBe(2)
    expect(errors.map(belongsToOneRequest)).toEqual([true, true])
    for (const other of [new Error('a bug'), new TypeError('undefined is no function'), 'text', null])
      expect(belongsToOneRequest(other)).toBe(false)
  })
})
