/**
 * Draws on the terminal's alternate screen, for the demo: writes only lines that changed, and restores the terminal at
 * the end.
 */

import { forTerminal } from './terminal.ts'

export interface Screen {
  readonly width: number
  readonly height: number
  draw(lines: readonly string[]): void
  close(): void
}

const ALTERNATE = '\u001b[?1049h\u001b[?25l'
const BACK = '\u001b[?25h\u001b[?1049l'

/** @param onQuit called on q and Ctrl-C */
export const openScreen = (onQuit: () => void): Screen => {
  const { stdout, stdin } = process
  let shown: readonly string[] = []
  let closed = false
  stdout.write(ALTERNATE)
  const forget = () => {
    shown = []
    stdout.write('\u001b[2J')
  }
  stdout.on('resize', forget)
  const pressed = (key: Buffer) => {
    if (key.toString() === 'q' || key[0] === 3) onQuit()
  }
  if (stdin.isTTY) {
    stdin.setRawMode(true)
    stdin.resume()
    stdin.on('data', pressed)
  }
  const close = () => {
    if (closed) return
    closed = true
    stdout.off('resize', forget)
    if (stdin.isTTY) {
      stdin.setRawMode(false)
      stdin.off('data', pressed)
      stdin.pause()
    }
    stdout.write(BACK)
  }
  // However the process ends, restore the terminal.
  process.once('exit', close)
  return {
    get width() {
      return stdout.columns ?? 100
    },
    get height() {
      return stdout.rows ?? 40
    },
    draw(lines) {
      if (closed) return
      const changed = lines.flatMap((line, row) =>
        line === shown[row] ? [] : [`\u001b[${row + 1};1H${forTerminal(line)}\u001b[K`],
      )
      shown = lines
      if (changed.length > 0) stdout.write(changed.join(''))
    },
    close,
  }
}
