import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withoutCredentials, withoutUserinfo } from '../../src/util/redact.ts'

describe('a text for people', () => {
  it.each([
    ['https://user:pw@host.example/feed', 'https://***@host.example/feed'],
    ['https://token@host.example/feed', 'https://***@host.example/feed'],
    ['see redis://:pw@h:6379/0 and http://a:b@c/', 'see redis://***@h:6379/0 and http://***@c/'],
    ['https://user:p@ss@host.example/', 'https://***@host.example/'],
    ['{"url":"https://u:p@h.example/"}', '{"url":"https://***@h.example/"}'],
    ['https://h.example/f?api_key=abc&page=2', 'https://h.example/f?api_key=***&page=2'],
    ['https://h.example/f?a=1&access_token=abc#x', 'https://h.example/f?a=1&access_token=***#x'],
    ['the last to /feed?api_key=abc&page=2', 'the last to /feed?api_key=***&page=2'],
    ['https://medium.com/@writer/story', 'https://medium.com/@writer/story'],
    ['mail me@example.org', 'mail me@example.org'],
    ['https://h.example/?keyword=tea', 'https://h.example/?keyword=tea'],
  ])('a text for people shows no credentials: %s', (written, shown) => {
    expect(withoutCredentials(written)).toBe(shown)
  })

  it('a text for people never contains the password of a URL in it', () => {
    const word = fc.stringMatching(/^[A-Z]{6,12}$/)
    fc.assert(
      fc.property(word, word, fc.webUrl({ validSchemes: ['http', 'https'] }), (user, password, url) => {
        const secret = url.replace('://', `://${user}:${password}@`)
        expect(withoutCredentials(`fetching ${secret} failed`)).not.toContain(password)
        expect(withoutUserinfo(secret)).not.toContain(password)
      }),
    )
  })
})
