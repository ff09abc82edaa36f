/** Writes schemas/*.schema.json from the contract's zod schemas. `npm run docs`; a test fails while they differ. */

import { writeFileSync } from 'node:fs'
import { jsonSchemaOf } from '../src/domain/json-schema.ts'
import { SCHEMAS } from '../src/domain/redis-contract.ts'

for (const name of Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[])
  writeFileSync(`schemas/${name}.schema.json`, jsonSchemaOf(name))
console.log(`wrote ${Object.keys(SCHEMAS).length} schemas`)
