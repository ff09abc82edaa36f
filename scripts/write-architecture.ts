/** Draws the layers in docs/architecture.md from the imports. Run by `npm run docs`; a test fails while they differ. */

import { readFileSync, writeFileSync } from 'node:fs'
import { layersDiagram } from './layers.ts'

const [BEGIN, END] = ['<!-- layers: begin -->', '<!-- layers: end -->']

/** The page with its diagram replaced. */
export const withDiagram = (page: string): string => {
  const [before = '', rest = ''] = page.split(BEGIN)
  const [, after = ''] = rest.split(END)
  return `${before}${BEGIN}\n\`\`\`mermaid\n${layersDiagram()}\n\`\`\`\n${END}${after}`
}

if (process.argv[1]?.endsWith('write-architecture.ts')) {
  writeFileSync('docs/architecture.md', withDiagram(readFileSync('docs/architecture.md', 'utf8')))
  console.log('wrote docs/architecture.md')
}
