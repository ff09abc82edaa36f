/**
 * Polls one source: checks that our network is up, that it is the source's turn at the domain and that robots.txt
 * allows the request, then follows moves and tests validators. Returns the feed's bytes, or another outcome that is
 * already recorded.
 */

import type { CrawlSettings } from '../../config/sections/crawl.ts'
import { registrableDomain } from '../../domain/registrable-domain.ts'
import type { Source } from '../../domain/source.ts'
import type { FetchFeed, FetchOutcome, Validators } from '../../http-client/fetch.ts'
import { isAnswered, isUnreached, type PollFailure } from '../schedule/backoff.ts'
import type { Due } from '../schedule/next-due.ts'
import { resolveAddress } from '../state/moves.ts'
import type { SourceState } from '../state/state.ts'
import type { Sources } from '../store/sources.ts'
import { type Changed, createFurtherRequests } from './further-requests.ts'
import type { OutageDetector } from './outage.ts'
import type { Politeness, Visit, Wait } from './politeness.ts'
import { type Away, createRedirects, type Items } from './redirects.ts'
import type { Robots } from './robots.ts'
import { chooseValidation, type Validation } from './validator-reliability.ts'

type Unchanged = Extract<FetchOutcome, { kind: 'unchanged' }>
type Leave = () => Promise<unknown>

/** The feed was fetched. The caller reads it, then calls `learn` with what it found. */
export interface PolledFeed {
  readonly kind: 'changed'
  readonly fetched: Changed
  readonly state: SourceState
  readonly isRecrawl: boolean
  /**
   * To be called once it is known which items are new: believes or rejects a permanent redirect, and tests validators
   * if the request omitted them.
   * @returns what is worth a line in the job's log
   */
  learn(items: Items): Promise<string[]>
  /**
   * To be called after `learn`: where the feed came from, if that is not known to be its publisher's domain. Its items
   * must not be published then. `isRefused` if somebody refused that domain.
   */
  away(): Away | null
  /**
   * Fetches another document of the same source, without validators, within the same turn: after the domain's gap, and
   * from no other domain.
   */
  more(url: string): Promise<Changed | PollFailure>
  /** The body is not a feed: records that as a failure. */
  failed(failure: PollFailure): Promise<Due>
  /** Releases the domain. Calling it twice is harmless. */
  leave(): Promise<unknown>
}

export type Polled =
  | PolledFeed
  | { readonly kind: 'unchanged'; readonly fetched: Unchanged; readonly state: SourceState; leave(): Promise<unknown> }
  | { readonly kind: 'failed'; readonly failure: PollFailure; readonly due: Due }
  /** The job must run again after `ms`. */
  | { readonly kind: 'postponed'; readonly ms: number }
  /** The source was rescheduled, for the reason in `due`. */
  | { readonly kind: 'deferred'; readonly due: Due }

export interface PollWish {
  /** A manual re-crawl: fetches the whole feed regardless of validators, network state and backoff. */
  readonly isRecrawl: boolean
  /**
   * Identifies this run: the same when it is repeated because its process died, so that it takes over what the first
   * run held.
   */
  readonly run?: string
  readonly signal: AbortSignal
}

export type Poll = (source: Source, wish: PollWish) => Promise<Polled>

export interface PollParts {
  readonly sources: Sources
  readonly politeness: Politeness
  readonly network: OutageDetector
  readonly robots: Robots
  readonly fetchFeed: FetchFeed
  readonly settings: () => CrawlSettings
  readonly now: () => number
  /** At least 0, less than 1. */
  readonly random?: () => number
}

/** Waits longer than this are kept in the schedule instead of the queue, ms. */
const LONG = 60_000

/** The validators of a document as one string, for comparison. */
const formatValidators = (validators: Validators | null): string =>
  JSON.stringify([validators?.etag ?? null, validators?.lastModified ?? null])

/** A poll whose turn at the domain of `url` has come. */
interface Running extends PollWish {
  readonly source: Source
  readonly state: SourceState
  readonly url: string
  readonly visit: Visit
  /** ms since the epoch. */
  readonly askedAt: number
}

const putOff = async ({ sources }: PollParts, source: Source, wait: Wait): Promise<Polled> =>
  wait.kind === 'turn' || wait.ms <= LONG
    ? { kind: 'postponed', ms: wait.ms }
    : { kind: 'deferred', due: await sources.deferred(source.id, wait.ms, wait.why) }

const giveUp = async (
  { sources, network }: PollParts,
  { source, state, url, visit, askedAt }: Running,
  failure: PollFailure,
): Promise<Polled> => {
  const domain = registrableDomain(url)
  const isOurFault = isUnreached(failure) && (await network.unreached(domain, source.id, askedAt, state.failures > 0))
  if (isAnswered(failure)) network.reached(domain, askedAt)
  const closed = await visit.leave({ ...failure, why: `answered ${failure.status ?? failure.reason}` })
  const asked = Math.max(failure.retryAfter ?? 0, failure.isLimited ? closed : 0)
  const heard = asked > 0 ? { ...failure, retryAfter: asked } : failure
  return { kind: 'failed', failure, due: await sources.failed(source.id, heard, isOurFault) }
}

/** Whether to send its validators, to omit them as a test, or to omit them because they are unreliable. */
const selectValidation = ({ now, random = Math.random }: PollParts, { state, isRecrawl }: Running): Validation => {
  const hasValidators = Boolean(state.validators?.etag || state.validators?.lastModified)
  return isRecrawl || !hasValidators
    ? 'conditional'
    : chooseValidation(state.unreliableValidators?.at ?? null, now(), random())
}

/** Fetches the feed; `held` says how long to wait if a redirect leads to a domain where it is not our turn. */
const fetchInTurn = async (
  { fetchFeed }: PollParts,
  { state, url, visit, isRecrawl, signal }: Running,
  validation: Validation,
) => {
  let held: Wait | null = null
  const fetched = await fetchFeed({
    url,
    validators: isRecrawl ? null : state.validators,
    isConditional: validation === 'conditional',
    signal,
    onHop: async next => {
      held = await visit.enter(next)
      return held?.ms ?? null
    },
  })
  return { fetched, held: held as Wait | null } // assigned while fetching
}

/** Combines the fetcher and all checks around it into one poll. */
export const createPoll = (parts: PollParts): Poll => {
  const { sources, politeness, network, now } = parts
  const redirects = createRedirects(parts)
  const { askRobots, fetchMore, testValidators } = createFurtherRequests(parts)

  const buildUnchanged = async (running: Running, fetched: Unchanged, leave: Leave): Promise<Polled> => {
    const { source, state } = running
    if (fetched.movedTo !== null || state.move) await redirects.learnMove(running, fetched.movedTo, null)
    const isNamedAnew = formatValidators(fetched.validators) !== formatValidators(state.validators)
    if (isNamedAnew) await sources.revalidated(source.id, fetched.validators)
    const freshFor = fetched.saysFresh ? fetched.freshFor : state.freshFor
    return { kind: 'unchanged', fetched: { ...fetched, freshFor }, state, leave }
  }

  const buildChanged = (running: Running, fetched: Changed, isSample: boolean, leave: Leave): PolledFeed => {
    const { source, state, url, isRecrawl, signal } = running
    let away: Away | null = null
    return {
      ...{ kind: 'changed', fetched, state, isRecrawl, leave },
      learn: async items => {
        const { notes, isAdopted } = await redirects.learnMove(running, fetched.movedTo, items)
        away = await redirects.judgeAway(running, fetched, items, isAdopted)
        const isTested = isSample && items.known < items.all && away === null
        return [...notes, ...(isTested ? await testValidators(source.id, url, state.validators, signal) : [])]
      },
      away: () => away,
      more: next => fetchMore(fetched.url, next, signal),
      failed: async failure => {
        await leave()
        return sources.failed(source.id, failure, false)
      },
    }
  }

  const pollInTurn = async (source: Source, state: SourceState, visit: Visit, wish: PollWish): Promise<Polled> => {
    const url = resolveAddress(source.url, state.adopted, state.failures)
    const elsewhere = await visit.enter(url)
    if (elsewhere) return putOff(parts, source, elsewhere)
    const running: Running = { ...wish, source, state, url, visit, askedAt: now() }
    const { delay, refusal } = await askRobots(url, wish.signal)
    if (refusal) return giveUp(parts, running, refusal)
    const validation = selectValidation(parts, running)
    const { fetched, held } = await fetchInTurn(parts, running, validation)
    if (fetched.kind === 'held') return putOff(parts, source, held ?? { ms: fetched.wait, kind: 'turn', why: 'turn' })
    if (fetched.kind === 'failed') return giveUp(parts, running, fetched)
    network.reached(registrableDomain(url), running.askedAt)
    const leave = () =>
      visit.leave({
        ...(fetched.retryAfter === undefined ? {} : { retryAfter: fetched.retryAfter }),
        pace: Math.max(delay, fetched.pace ?? 0),
        why: 'has no requests left for us',
      })
    return fetched.kind === 'unchanged'
      ? buildUnchanged(running, fetched, leave)
      : buildChanged(running, fetched, validation === 'sample', leave)
  }

  return async (source, wish) => {
    const wait = wish.isRecrawl ? null : await network.gate()
    if (wait !== null) return { kind: 'postponed', ms: wait }
    const visit = politeness.visit(source.id, wish.run)
    // Automatic pipelining sends both in one round trip.
    const [turn, known] = await Promise.all([visit.enter(source.url), sources.state(source.id)])
    if (turn) return putOff(parts, source, turn)
    let polled: Polled | null = null
    try {
      polled = await pollInTurn(source, await sources.renewed(source.id, known), visit, wish)
      return polled
    } finally {
      // Once the feed is returned, the caller releases the domain.
      if (polled?.kind !== 'changed' && polled?.kind !== 'unchanged') await visit.leave()
    }
  }
}
