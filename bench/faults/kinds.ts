/** What can go wrong in a fault run: each kind with what it strikes, how long it lasts, and how often it is drawn. (data) */

/** What a fault strikes; of each there is one at a time, of different ones several at once. */
export type Struck = 'redis' | 'network' | 'daemon' | 'publisher'

export interface Kind {
  readonly name: string
  readonly strikes: Struck
  /** ms, shortest and longest; most are near the shortest. */
  readonly lasts: readonly [shortest: number, longest: number]
  /** How often it is drawn beside the others. */
  readonly weight: number
}

const kind = (
  strikes: Struck,
  name: string,
  weight: number,
  shortest: number,
  longest: number,
): Kind & { readonly strikes: Struck } => ({ name, strikes, weight, lasts: [shortest, longest] })

export const KINDS: readonly Kind[] = [
  kind('redis', 'redis killed', 3, 50, 1_500),
  kind('redis', 'redis restarted', 2, 50, 1_500),
  kind('redis', 'redis paused', 3, 200, 12_000),
  kind('redis', 'redis read-only', 3, 200, 20_000),
  kind('redis', 'redis full', 3, 200, 20_000),
  kind('redis', 'disk full', 3, 300, 6_000),
  kind('network', 'connections cut', 4, 0, 50),
  kind('network', 'connections refused', 2, 200, 4_000),
  kind('network', 'network slow', 2, 500, 6_000),
  kind('network', 'network narrow', 2, 500, 6_000),
  kind('network', 'half-open', 3, 500, 12_000),
  kind('network', 'connections dead', 2, 0, 50),
  kind('daemon', 'daemon killed', 10, 0, 1_500),
  kind('daemon', 'daemon restarted', 5, 0, 1_000),
  kind('daemon', 'daemon paused', 3, 300, 14_000),
  kind('daemon', 'clock ahead', 3, 300, 5_000),
  kind('daemon', 'clock behind', 3, 300, 5_000),
  kind('daemon', 'loop blocked', 3, 300, 6_000),
  kind('publisher', 'feed answers 500', 2, 300, 5_000),
  kind('publisher', 'feed reset', 2, 300, 5_000),
  kind('publisher', 'feed slow', 2, 300, 5_000),
  kind('publisher', 'feed cut off', 2, 300, 5_000),
  kind('publisher', 'feed cut short', 2, 300, 5_000),
  kind('publisher', 'feed says unchanged', 2, 300, 5_000),
  kind('publisher', 'feed old under new ETag', 2, 300, 5_000),
  kind('publisher', 'feed moved', 2, 300, 5_000),
]

/** How far a stepped clock is off, ms: mostly a little, sometimes a time zone or a day. */
export const STEPS: readonly number[] = [1_500, 5_000, 20_000, 60_000, 600_000, 3_600_000, 86_400_000]
