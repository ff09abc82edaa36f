/** Proposals: the sources that a page showed, stored for a while, so that they are added as they were shown. */

import { z } from 'zod'
import { Source } from '../../../../domain/source.ts'
import { withoutCredentials } from '../../../../util/redact.ts'
import { newSecret } from '../../auth/passwords.ts'
import type { PageParts } from '../../web/parts.ts'

export interface StoredProposals {
  /** @returns a token that the form sends back */
  keep(sources: readonly Source[]): Promise<string>
  /** Deletes the proposal at once, so that a form sent twice adds sources once. @returns null if it has expired */
  take(token: string): Promise<readonly Source[] | null>
}

/** Seconds for which a proposal can be confirmed. */
const PROPOSAL_TTL = 900

/** The schema of sources in configuration, without the interval, which is a duration there; no proposal has one. */
const StoredSources = z.array(Source.omit({ interval: true }))

export const createProposals = ({ redis, keys }: Pick<PageParts, 'redis' | 'keys'>): StoredProposals => {
  const buildKey = (token: string) => keys.admin(`adding:${token}`)
  return {
    async keep(sources) {
      const token = newSecret()
      await redis.set(buildKey(token), JSON.stringify(sources), 'EX', PROPOSAL_TTL)
      return token
    },
    async take(token) {
      const text = await redis.getdel(buildKey(token.slice(0, 100)))
      return text === null ? null : StoredSources.parse(JSON.parse(text))
    },
  }
}

/** The address as pages show it. */
export const showAddress = ({ url }: Source): string => withoutCredentials(url)
