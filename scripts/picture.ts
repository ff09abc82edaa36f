/**
 * Renders terminal output as SVG: reads ANSI text from stdin, writes the picture to stdout. The README's picture is
 * made by `FORCE_COLOR=1 npm run --silent demo -- --seconds 25 | npx tsx scripts/picture.ts >
 * docs/images/front-page.svg`.
 */

import { text } from 'node:stream/consumers'
import stringWidth from 'string-width'

const LINES = 40
const CELL = 8.4
const LINE = 18
const PAD = 16
const COLOURS: Readonly<Record<string, string>> = { 31: '#e5534b', 33: '#c69026', 36: '#39c5cf' }

const escapeXml = (plain: string): string =>
  plain.replace(/[&<>]/g, char => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[char] ?? char)

interface Look {
  bold: boolean
  dim: boolean
  colour: string | undefined
}

/** Select Graphic Rendition (ECMA-48, 8.3.117), as far as the front page uses it. */
const apply = (look: Look, code: string): void => {
  if (code === '1') look.bold = true
  else if (code === '2') look.dim = true
  else if (code === '22') look.bold = look.dim = false
  else if (code === '39') look.colour = undefined
  else look.colour = COLOURS[code] ?? look.colour
}

const drawn = (line: string, row: number): string => {
  const look: Look = { bold: false, dim: false, colour: undefined }
  let cells = 0
  const parts: string[] = []
  for (const piece of line.split(/(\u001b\[\d+m)/)) {
    const code = /^\u001b\[(\d+)m$/.exec(piece)?.[1]
    if (code !== undefined) apply(look, code)
    else if (piece !== '') {
      // Each piece is positioned by its cell, so that wide characters do not shift what follows.
      const style = `${look.bold ? ' font-weight="700"' : ''}${look.dim ? ' opacity=".6"' : ''}${look.colour ? ` fill="${look.colour}"` : ''}`
      if (piece.trim() !== '')
        parts.push(`<tspan x="${(PAD + cells * CELL).toFixed(1)}"${style}>${escapeXml(piece)}</tspan>`)
      cells += stringWidth(piece)
    }
  }
  return `<text y="${PAD + 13 + row * LINE}" xml:space="preserve">${parts.join('')}</text>`
}

const lines = (await text(process.stdin)).trimEnd().split('\n').slice(-LINES)
const width = Math.ceil(Math.max(...lines.map(line => stringWidth(line))) * CELL + 2 * PAD)
const height = lines.length * LINE + 2 * PAD
console.log(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" fill="#d6dbe1" role="img" aria-label="The front page in the terminal">
<rect width="${width}" height="${height}" rx="8" fill="#161b22"/>
${lines.map(drawn).join('\n')}
</svg>`)
