/**
 * Writes schemas/*.schema.json from the contract's zod schemas, and the generated tables of docs/redis-contract.md. Run
 * by `npm run docs`; a test fails while they differ.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { buildJsonSchema } from '../src/domain/json-schema.ts'
import { SCHEMAS } from '../src/domain/redis-contract.ts'
import { withContractTables } from './contract-tables.ts'

for (const name of Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[])
  writeFileSync(`schemas/${name}.schema.json`, buildJsonSchema(name))
const contract = 'docs/redis-contract.md'
writeFileSync(contract, withContractTables(readFileSync(contract, 'utf8')))
console.log(`wrote ${Object.keys(SCHEMAS).length} schemas`)
