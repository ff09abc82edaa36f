/**
 * How long Redis may take to answer a command of the terminal: `--timeout`. Said once for the process, as the whole command line is; every
 * command would only hand it on.
 */

/** ms. */
export const commandTimeout = { ms: 5_000 }
