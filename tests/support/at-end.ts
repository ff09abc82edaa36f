/** What a test file opened, closed when it is done. `closing.ts` runs it, since helpers are loaded once for many files. */

const closers: (() => unknown)[] = []

/** Closes something at the end of the test file that opened it, the last opened first. */
export const atEnd = (close: () => unknown): void => {
  closers.push(close)
}

export const closeAll = async (): Promise<void> => {
  for (const close of closers.splice(0).reverse()) await close()
}
