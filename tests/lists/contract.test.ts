import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { replaceBlock } from '../../scripts/generated-block.ts'
import { jsonSchemaOf } from '../../src/domain/json-schema.ts'
import { SCHEMAS } from '../../src/domain/redis-contract.ts'
import { DEFINITIONS } from '../../src/lists/definitions/index.ts'
import { listTable } from '../../src/lists/describe.ts'

describe('the contract that ships', () => {
  it.each(Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[])(
    'says of %s what the code holds to (npm run docs writes it anew)',
    name => {
      expect(readFileSync(`schemas/${name}.schema.json`, 'utf8')).toBe(jsonSchemaOf(name))
    },
  )

  it('lists in docs/redis-contract.md the lists there are (npm run docs writes it anew)', () => {
    const page = readFileSync('docs/redis-contract.md', 'utf8')
    expect(page).toBe(replaceBlock(page, 'lists', listTable(DEFINITIONS)))
  })
})
