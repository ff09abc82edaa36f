/**
 * What may reach a terminal: text, line ends and our own colours. Headlines, names and errors of strangers could else move the cursor, retitle
 * the window, fill the clipboard or turn a line around. The last wall: text of feeds has lost such characters where it came in.
 */

import { format } from 'node:util'
import pc from 'picocolors'

/** Colours as we write them, kept; every other control character, and those that turn the direction of writing around. */
const UNSAFE = /(\u001b\[(?:[0-2]|22|[349]\d)m)|[^\P{Cc}\n\t]|[\u061c\u202a-\u202e\u2066-\u2069]/gu

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

/**
 * @param coloured whether we write colours at all
 * @returns the text with what a terminal would obey written out, `\u001b`: as JSON it still means the same
 */
export const forTerminal = (text: string, coloured = pc.isColorSupported): string =>
  text.replace(UNSAFE, (found, colour: string | undefined) => {
    if (colour === undefined) return escaped(found)
    return coloured ? colour : escaped('\u001b') + colour.slice(1)
  })

/** From here on whatever is said by console is fit for a terminal. */
export const guardConsole = (): void => {
  for (const name of ['log', 'error', 'warn', 'info'] as const) {
    const say = console[name].bind(console)
    console[name] = (...parts: unknown[]) => say('%s', forTerminal(format(...parts)))
  }
}
