/** The contract as JSON Schema (draft 2020-12), for services in any language. (pure) */

import { z } from 'zod'
import { SCHEMAS } from './contract.ts'
import { CONTRACT_VERSION } from './entry.ts'

/** Text of a shipped schema file. */
export const jsonSchemaOf = (name: keyof typeof SCHEMAS): string => {
  const schema = z.toJSONSchema(SCHEMAS[name], { io: 'output' })
  return `${JSON.stringify({ ...schema, title: `newsdesk ${name}, contract version ${CONTRACT_VERSION}` }, null, 2)}\n`
}
