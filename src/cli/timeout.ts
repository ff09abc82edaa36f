/**
 * `--timeout`: how long a command waits for a reply from Redis. It is one value per process, so that commands need not
 * pass it on.
 */

/** ms. */
export const commandTimeout = { ms: 5_000 }
