/**
 * Makes text safe for a terminal: only text, line ends and our own colours pass. Headlines, names and errors from
 * others could otherwise move the cursor, change the window's title, fill the clipboard or reverse the direction of a
 * line. This is the last line of defence: such characters are removed from feeds on arrival.
 */

import { format } from 'node:util'
import pc from 'picocolors'

/**
 * Matches our own colours, which stay, and every other control character and bidirectional control, which are escaped.
 */
const UNSAFE = /(\u001b\[(?:[0-2]|22|[349]\d)m)|[^\P{Cc}\n\t]|[\u061c\u202a-\u202e\u2066-\u2069]/gu

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

/**
 * @param coloured whether we write colours at all
 * @returns the text with control characters escaped as `\u001b`: as JSON it still means the same
 */
export const forTerminal = (text: string, coloured = pc.isColorSupported): string =>
  text.replace(UNSAFE, (found, colour: string | undefined) => {
    if (colour === undefined) return escaped(found)
    return coloured ? colour : escaped('\u001b') + colour.slice(1)
  })

/** Makes everything that console prints from now on safe for a terminal. */
export const guardConsole = (): void => {
  for (const name of ['log', 'error', 'warn', 'info'] as const) {
    const say = console[name].bind(console)
    console[name] = (...parts: unknown[]) => say('%s', forTerminal(format(...parts)))
  }
}
