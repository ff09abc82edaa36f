/** Exports the contract as JSON Schema (draft 2020-12), for services in any language. */

import { z } from 'zod'
import { CONTRACT_VERSION } from './entry.ts'
import { SCHEMAS } from './redis-contract.ts'

/** Content of a shipped schema file. */
export const buildJsonSchema = (name: keyof typeof SCHEMAS): string => {
  const schema = z.toJSONSchema(SCHEMAS[name], {
    io: 'output',
    // Fields may be added within a version, so a service that validates with today's schema must accept unknown fields.
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  })
  return `${JSON.stringify({ ...schema, title: `newsdesk ${name}, contract version ${CONTRACT_VERSION}` }, null, 2)}\n`
}
