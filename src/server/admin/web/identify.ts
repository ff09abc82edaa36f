/** Finds out who sends a request: by its token, its session, or the headers of a trusted proxy. */

import type { Request } from 'express'
import type { AdminSettings } from '../../../config/sections/admin.ts'
import type { Who } from '../../../domain/actor.ts'
import { whoOfProxy } from '../auth/proxy.ts'
import type { Sessions } from '../auth/sessions.ts'
import type { Tokens } from '../auth/tokens.ts'
import { bearerOf, sessionOf } from './guard.ts'

/** @returns `denied` for somebody who is known but has no access; null for nobody */
export type Identify = (request: Request) => Promise<Who | 'denied' | null>

export interface IdentifyParts {
  readonly settings: AdminSettings
  readonly tokens: Pick<Tokens, 'check'>
  readonly sessions: Pick<Sessions, 'who'>
  /** Whether the request comes straight from a proxy of `admin.proxies`. */
  readonly isFromProxy: (request: Request) => boolean
}

/** A token, if given, decides alone; a session takes precedence over a proxy's headers. */
export const createIdentify =
  ({ settings, tokens, sessions, isFromProxy }: IdentifyParts): Identify =>
  async request => {
    const bearer = bearerOf(request)
    const token = bearer ? await tokens.check(bearer) : null
    if (token) return { name: token.name, role: token.role, by: 'token' }
    // Behind a proxy, the Authorization header may be the proxy's own.
    if (bearer !== undefined && settings.userHeader === '') return 'denied'
    return (await sessions.who(sessionOf(request))) ?? whoOfProxy(request.headers, isFromProxy(request), settings)
  }
