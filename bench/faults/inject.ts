/** What each kind of fault does: begins, lasts, and is mended. */

import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { FaultyRedis } from '../../tests/support/faults/redis.ts'
import type { Wire } from '../../tests/support/faults/wire.ts'
import type { Fleet, Place } from './fleet.ts'
import { type Planned, stepOf } from './plan.ts'
import type { Readers } from './readers.ts'
import type { Stand, Trouble } from './stand.ts'

export interface World {
  readonly redis: FaultyRedis
  readonly fleet: Fleet
  readonly wires: readonly Wire[]
  readonly stand: Stand
  readonly readers: Readers
  /** Told before a Redis that was killed starts again. */
  readonly onKilled: () => void
  /** Told of what went otherwise than promised. */
  readonly say: (what: string) => void
  /** Told how many events were lost with a Redis that was killed. */
  readonly onLost: (events: number) => void
}

type Inject = (world: World, fault: Planned) => Promise<void>

const TROUBLES: Readonly<Record<string, Trouble>> = {
  'feed answers 500': 'error',
  'feed reset': 'reset',
  'feed slow': 'slow',
  'feed cut off': 'cut-off',
  'feed cut short': 'cut-short',
  'feed says unchanged': 'unchanged',
  'feed old under new ETag': 'old',
  'feed moved': 'moved',
}

const indexOf = ({ target }: Planned): number => Number(target.split(' ')[1] ?? 0)

const onDaemon =
  (inject: (place: Place, fault: Planned, world: World) => Promise<void>): Inject =>
  async (world, fault) => {
    const place = world.fleet.places[indexOf(fault)]
    if (place) await inject(place, fault, world)
  }

const onNetwork =
  (inject: (wire: Wire, fault: Planned) => Promise<void>): Inject =>
  async ({ wires }, fault) => {
    const wire = wires[indexOf(fault)]
    if (!wire) return
    await inject(wire, fault)
    wire.set({ kind: 'open' })
  }

const onPublisher: Inject = async ({ stand }, fault) => {
  const trouble = TROUBLES[fault.kind]
  if (trouble === undefined) throw new RangeError(`no such trouble: ${fault.kind}`)
  stand.trouble(indexOf(fault), trouble)
  await delay(fault.lasts)
  stand.well(indexOf(fault))
}

const restartRedis =
  (signal: 'SIGKILL' | 'SIGTERM'): Inject =>
  async ({ redis, readers, onKilled, onLost }, { lasts }) => {
    redis.signal(signal)
    await redis.gone()
    await delay(lasts)
    onKilled()
    await redis.start()
    onLost(await readers.lost())
  }

const configured = async (
  redis: FaultyRedis,
  lasts: number,
  begin: (redis: Redis) => Promise<unknown>,
  end: (redis: Redis) => Promise<unknown>,
) => {
  await redis.ask(begin)
  await delay(lasts)
  await redis.ask(end)
}

const usedBy = async (redis: Redis): Promise<number> =>
  Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1] ?? 0)

const INJECT: Readonly<Record<string, Inject>> = {
  'redis killed': restartRedis('SIGKILL'),
  'redis restarted': restartRedis('SIGTERM'),
  'redis paused': async ({ redis }, { lasts }) => {
    redis.signal('SIGSTOP')
    await delay(lasts)
    redis.signal('SIGCONT')
  },
  'redis read-only': ({ redis }, { lasts }) =>
    configured(
      redis,
      lasts,
      // Of a master nobody answers for: it keeps what it has, and takes no more.
      each => each.replicaof('127.0.0.1', 1),
      each => each.replicaof('NO', 'ONE'),
    ),
  'redis full': ({ redis }, { lasts }) =>
    configured(
      redis,
      lasts,
      async each => each.config('SET', 'maxmemory', String(Math.floor((await usedBy(each)) * 0.9))),
      each => each.config('SET', 'maxmemory', '0'),
    ),
  'disk full': async ({ redis, readers, onKilled, onLost }, { lasts }) => {
    await redis.fillDisk()
    await delay(lasts)
    // With `appendfsync always` a Redis that cannot write ends.
    if (redis.isRunning()) return redis.freeDisk()
    onKilled()
    await redis.start()
    onLost(await readers.lost())
  },
  'connections cut': onNetwork(async wire => wire.cut()),
  'connections refused': onNetwork(async (wire, { lasts }) => {
    wire.set({ kind: 'refusing' })
    wire.cut()
    await delay(lasts)
  }),
  'network slow': onNetwork(async (wire, { lasts, degree }) => {
    wire.set({ kind: 'slow', ms: 5 + degree * 250 })
    await delay(lasts)
  }),
  'network narrow': onNetwork(async (wire, { lasts, degree }) => {
    wire.set({ kind: 'narrow', bytesPerSecond: 20_000 + degree * 200_000 })
    await delay(lasts)
  }),
  'half-open': onNetwork(async (wire, { lasts }) => {
    wire.set({ kind: 'silent' })
    await delay(lasts)
    wire.cut()
  }),
  'connections dead': onNetwork(async wire => wire.forget()),
  'daemon killed': onDaemon(async (place, { lasts }) => {
    await place.restart('SIGKILL', lasts)
  }),
  'daemon restarted': onDaemon(async (place, { lasts, target }, { say }) => {
    const how = await place.restart('SIGTERM', lasts)
    // Before it listens to signals it dies of one.
    if (how !== 0 && how !== 'SIGTERM') say(`${target} ended with ${how} when told to end`)
  }),
  'daemon paused': onDaemon(async (place, { lasts }) => {
    place.signal('SIGSTOP')
    await delay(lasts)
    place.signal('SIGCONT')
  }),
  'clock ahead': onDaemon(async (place, { lasts, degree }) => {
    place.tell({ offset: stepOf(degree) })
    await delay(lasts)
    place.tell({ offset: 0 })
  }),
  'clock behind': onDaemon(async (place, { lasts, degree }) => {
    place.tell({ offset: -stepOf(degree) })
    await delay(lasts)
    place.tell({ offset: 0 })
  }),
  'loop blocked': onDaemon(async (place, { lasts }) => {
    place.tell({ block: lasts })
    await delay(lasts)
  }),
  ...Object.fromEntries(Object.keys(TROUBLES).map(kind => [kind, onPublisher])),
}

/** Begins a fault, waits as long as it lasts, mends it. */
export const inject: Inject = async (world, fault) => {
  const how = INJECT[fault.kind]
  if (!how) throw new RangeError(`no way to bring about "${fault.kind}"`)
  await how(world, fault)
}
