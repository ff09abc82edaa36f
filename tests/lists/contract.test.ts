import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { withContractTables } from '../../scripts/contract-tables.ts'
import { buildJsonSchema } from '../../src/domain/json-schema.ts'
import { SCHEMAS } from '../../src/domain/redis-contract.ts'

describe('the contract that ships', () => {
  it.each(Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[])(
    'the contract that ships says of %s what the code holds to (npm run docs writes it anew)',
    name => {
      expect(readFileSync(`schemas/${name}.schema.json`, 'utf8')).toBe(buildJsonSchema(name))
    },
  )

  it('docs/redis-contract.md names every list and event kind there is (npm run docs writes it anew)', () => {
    const page = readFileSync('docs/redis-contract.md', 'utf8')
    expect(page).toBe(withContractTables(page))
  })
})
