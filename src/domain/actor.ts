/** The actors of the admin server, and what each role may do. */

import { z } from 'zod'

/**
 * Each role may do what those before it may. A viewer sees the pages; an editor also changes what readers see: pins,
 * blocks, sections, stories; an admin also changes how it is made: sources, queues, users.
 */
export const ROLES = ['viewer', 'editor', 'admin'] as const
export const UserRole = z.enum(ROLES)
export type UserRole = z.infer<typeof UserRole>

export const UserName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/,
    'a name is 1 to 64 letters, digits, dots, _, @, + and -, and begins with a letter or digit',
  )

export const MIN_PASSWORD_LENGTH = 10

/** @returns why a chosen password is not acceptable; undefined if it is acceptable */
export const passwordTrouble = (password: string): string | undefined =>
  password.length < MIN_PASSWORD_LENGTH ? `the password needs ${MIN_PASSWORD_LENGTH} characters or more` : undefined

export interface Who {
  readonly name: string
  readonly role: UserRole
  /** How the actor authenticated: a password session, the token of a script, or a header of a trusted proxy. */
  readonly by: 'session' | 'token' | 'proxy'
}

/** Methods that change nothing (RFC 9110, 9.2.1). */
export const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS'

/** Whether a role includes what `needed` may do. */
export const hasRole = (role: UserRole, needed: UserRole): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed)
