/**
 * Loaded into a daemon before all else (`node --import`): lets the fault run step its clock and hold up its event loop. What measures spans
 * (`performance.now`, timers) goes on as it is, as when somebody sets the clock of a machine.
 */

interface Told {
  /** ms by which its clock is off. */
  readonly offset?: number
  /** ms for which its event loop stands still. */
  readonly block?: number
}

const RealDate = Date
const real = RealDate.now.bind(RealDate)
let offset = 0
RealDate.now = () => real() + offset
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args) => Reflect.construct(target, args.length === 0 ? [target.now()] : args),
  apply: target => new target(target.now()).toString(),
})

process.on('message', (told: Told) => {
  offset = told.offset ?? offset
  const until = performance.now() + (told.block ?? 0)
  while (performance.now() < until);
})
// It listens as long as the daemon runs, and no longer.
process.channel?.unref()
