import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SCHEMAS } from '../../src/lists/contract.ts'
import { jsonSchemaOf } from '../../src/lists/json-schema.ts'

describe('the contract that ships', () => {
  it.each(Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[])(
    'says of %s what the code holds to (npm run docs writes it anew)',
    name => {
      expect(readFileSync(`schemas/${name}.schema.json`, 'utf8')).toBe(jsonSchemaOf(name))
    },
  )
})
