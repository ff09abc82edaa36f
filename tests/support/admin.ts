/** The admin server of a test's desk, spoken to as a browser or a program would: with its cookie, and what browsers say of themselves. */

import { expect } from 'vitest'
import type { Daemon } from '../../src/app/daemon.ts'

export const PASSWORD = 'a fine long password'

/** A browser names the origin of a form; a program may not. */
export const post = (
  url: string,
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = { origin: url, 'sec-fetch-site': 'same-origin' },
): Promise<Response> =>
  fetch(`${url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  })

const cookieOf = (answer: Response): string => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''

/** Makes the user admin by the one-time link. @returns where the admin server is */
export const setUp = async ({ adminUrl, setupUrl }: Daemon): Promise<string> => {
  if (adminUrl === null || setupUrl === null) throw new Error('no admin server, or a password is set already')
  const token = new URL(setupUrl).searchParams.get('once') ?? ''
  expect((await post(adminUrl, '/setup', { token, password: PASSWORD })).status).toBe(303)
  return adminUrl
}

/** @returns the session's cookie, as a browser sends it back */
export const logIn = async (url: string, user = 'admin', password = PASSWORD): Promise<string> => {
  const answer = await post(url, '/login', { user, password })
  expect(answer.status).toBe(303)
  return cookieOf(answer)
}

/** A page as whoever has the cookie sees it. */
export const seen = async (url: string, path: string, cookie: string): Promise<string> => {
  const answer = await fetch(`${url}${path}`, { redirect: 'manual', headers: { cookie } })
  expect(answer.status).toBe(200)
  return answer.text()
}
