/**
 * Writes config/newsdesk.yaml and docs/configuration.md from the schema: every key with its comment and default. Run by
 * `npm run docs`; a test fails while the files differ from the schema.
 */

import { writeFileSync } from 'node:fs'
import { configurationPage, shippedYaml } from '../src/config/describe.ts'

writeFileSync('config/newsdesk.yaml', shippedYaml())
writeFileSync('docs/configuration.md', configurationPage())
console.log('wrote config/newsdesk.yaml and docs/configuration.md')
