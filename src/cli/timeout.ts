/** How long a command waits for a reply from Redis: `--timeout`. One value for the process, so that not every command has to pass it on. */

/** ms. */
export const commandTimeout = { ms: 5_000 }
