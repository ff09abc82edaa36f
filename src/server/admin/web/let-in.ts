/** Sets the cookies of a session that has just begun. */

import type { Request, Response } from 'express'
import type { AdminSettings } from '../../../config/sections/admin.ts'
import { DEVICE_LASTS } from '../auth/devices.ts'
import type { From, StartedSession } from '../auth/sessions.ts'
import { COOKIE, DEVICE_COOKIE, deviceOf } from './guard.ts'

const MAX_AGENT = 200

export const readOrigin = (request: Request): From => ({
  ...{ address: request.ip ?? '', device: deviceOf(request) },
  agent: (request.headers['user-agent'] ?? '').slice(0, MAX_AGENT),
})

type CookieSettings = Pick<AdminSettings, 'session' | 'secureCookies'>

/** Sets the cookies of a session that began. */
export const setCookies = (
  request: Request,
  response: Response,
  { session, device }: StartedSession,
  settings: CookieSettings,
): void => {
  const options = {
    httpOnly: true,
    sameSite: 'strict',
    // Behind a trusted proxy, Express knows that the browser used TLS.
    secure: settings.secureCookies || request.secure,
    path: '/',
  } as const
  response.cookie(COOKIE, session, { ...options, maxAge: settings.session })
  response.cookie(DEVICE_COOKIE, device, { ...options, maxAge: DEVICE_LASTS })
}

/** Lets the browser in, and redirects it. @param to a path of ours */
export const letIn = (
  request: Request,
  response: Response,
  started: StartedSession,
  settings: CookieSettings,
  to: string,
): void => {
  setCookies(request, response, started, settings)
  response.redirect(303, to)
}
