/** One-way hashes of secrets and long names. (pure) */

import { createHash } from 'node:crypto'

/** The stored form of a random secret: it has too many bits to be guessed, so one round is enough. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url')
