import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { withContractTables } from '../../scripts/contract-tables.ts'
import { buildJsonSchema } from '../../src/domain/json-schema.ts'
import { SCHEMAS } from '../../src/domain/redis-contract.ts'

describe('the shipped contract', () => {
  it.each(Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[])(
    'the shipped contract documents %s as the code has it (npm run docs updates it)',
    name => {
      expect(readFileSync(`schemas/${name}.schema.json`, 'utf8')).toBe(buildJsonSchema(name))
    },
  )

  it('docs/redis-contract.md names every list and every kind of event (npm run docs updates it)', () => {
    const page = readFileSync('docs/redis-contract.md', 'utf8')
    expect(page).toBe(withContractTables(page))
  })
})
