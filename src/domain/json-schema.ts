/** The contract as JSON Schema (draft 2020-12), for services in any language. */

import { z } from 'zod'
import { CONTRACT_VERSION } from './entry.ts'
import { SCHEMAS } from './redis-contract.ts'

/** Text of a shipped schema file. */
export const buildJsonSchema = (name: keyof typeof SCHEMAS): string => {
  const schema = z.toJSONSchema(SCHEMAS[name], {
    io: 'output',
    // Fields may be added within a version: who reads, or reports, by a schema of today is not to stumble over those of
    // tomorrow.
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  })
  return `${JSON.stringify({ ...schema, title: `newsdesk ${name}, contract version ${CONTRACT_VERSION}` }, null, 2)}\n`
}
