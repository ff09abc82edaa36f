/**
 * Waits on a condition, never on the clock: polls until it holds and fails with the last thing seen. The timeout is for machines that are
 * busy with much else; what holds at all mostly holds within a second.
 */
export const until = async <T>(
  look: () => Promise<T> | T,
  holds: (seen: T) => boolean = seen => Boolean(seen),
  { timeout = 60_000, every = 20 } = {},
): Promise<T> => {
  const deadline = Date.now() + timeout
  for (;;) {
    const seen = await look()
    if (holds(seen)) return seen
    if (Date.now() > deadline)
      throw new Error(`still not so after ${timeout} ms; last seen: ${JSON.stringify(seen)?.slice(0, 2_000)}`)
    await new Promise(resolve => setTimeout(resolve, every))
  }
}
