/**
 * Polls one source: checks that our network is up, that it is the source's turn at the domain and that robots.txt
 * allows the request, then follows moves and tests validators. Returns the feed's bytes, or another outcome that is
 * already recorded.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { CrawlSettings } from '../../config/sections/crawl.ts'
import { registrableDomain } from '../../domain/registrable-domain.ts'
import type { Source } from '../../domain/source.ts'
import { type FetchFeed, type FetchOutcome, isUnder, type Validators } from '../../http-client/fetch.ts'
import { withoutCredentials } from '../../util/redact.ts'
import { isAnswered, isUnreached, type PollFailure } from '../schedule/backoff.ts'
import type { Due } from '../schedule/next-due.ts'
import { carriesOwn, resolveAddress, sighted } from '../state/moves.ts'
import { awayAt, isRefused, isTrusted, selectPlaces, withTrusted } from '../state/places.ts'
import type { SourceState } from '../state/state.ts'
import type { Sources } from '../store/sources.ts'
import type { OutageDetector } from './outage.ts'
import { type Politeness, rulesFor, type Visit, type Wait } from './politeness.ts'
import type { Robots } from './robots.ts'
import { chooseValidation } from './validator-reliability.ts'

type Changed = Extract<FetchOutcome, { kind: 'changed' }>
type Unchanged = Extract<FetchOutcome, { kind: 'unchanged' }>

/** What was read of a document. */
export interface Items {
  readonly all: number
  readonly known: number
  /** URLs that the parsed items link to. */
  readonly pages: readonly string[]
}

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
   * are then not to be published. `isRefused` if somebody refused that domain.
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

export interface Away {
  readonly to: string
  readonly isPermanent: boolean
  readonly isRefused: boolean
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
const DAY = 86_400_000

/** The validators of a document as one string, for comparison. */
const formatValidators = (validators: Validators | null): string =>
  JSON.stringify([validators?.etag ?? null, validators?.lastModified ?? null])

/** Combines the fetcher and all checks around it into one poll. */
export const createPoll = ({
  sources,
  politeness,
  network,
  robots,
  fetchFeed,
  settings,
  now,
  random = Math.random,
}: PollParts): Poll => {
  const putOff = async (source: Source, wait: Wait): Promise<Polled> =>
    wait.kind === 'turn' || wait.ms <= LONG
      ? { kind: 'postponed', ms: wait.ms }
      : { kind: 'deferred', due: await sources.deferred(source.id, wait.ms, wait.why) }

  const giveUp = async (
    source: Source,
    url: string,
    visit: Visit,
    failure: PollFailure,
    { askedAt, wasFailing }: { readonly askedAt: number; readonly wasFailing: boolean },
  ): Promise<Polled> => {
    const domain = registrableDomain(url)
    const isOurFault = isUnreached(failure) && (await network.unreached(domain, source.id, askedAt, wasFailing))
    if (isAnswered(failure)) network.reached(domain, askedAt)
    const closed = await visit.leave({ ...failure, why: `answered ${failure.status ?? failure.reason}` })
    const asked = Math.max(failure.retryAfter ?? 0, failure.isLimited ? closed : 0)
    const heard = asked > 0 ? { ...failure, retryAfter: asked } : failure
    return { kind: 'failed', failure, due: await sources.failed(source.id, heard, isOurFault) }
  }

  /** Decides whether a permanent redirect is adopted, and returns what to tell people about it. */
  const learnMove = async (
    source: Source,
    state: SourceState,
    url: string,
    movedTo: string | null,
    items: { all: number; known: number } | null,
  ): Promise<{ readonly notes: string[]; readonly isAdopted: boolean }> => {
    if (movedTo === null || isRefused(source, state, movedTo)) {
      if (state.move) await sources.moved(source, { move: null, adopted: null })
      return { notes: [], isAdopted: false }
    }
    const sighting = { to: movedTo, day: Math.floor(now() / DAY), items, hasPast: state.lastSuccessAt !== null }
    const { move, isBelieved } = sighted(url, state.move, sighting)
    if (!isBelieved && JSON.stringify(move) === JSON.stringify(state.move)) return { notes: [], isAdopted: false }
    await sources.moved(source, { move, adopted: isBelieved ? movedTo : null })
    const shown = withoutCredentials(movedTo)
    const note = isBelieved
      ? `moved permanently to ${shown}, seen on ${move.days.length} days: fetched there from now on; change its url in sources.yaml`
      : `moved permanently to ${shown}, ${move.isShared ? `seen on ${move.days.length} days so far` : 'which carries other items and is not believed'}; change its url in sources.yaml if that is right`
    return { notes: [note], isAdopted: isBelieved }
  }

  /**
   * Decides whether a feed that did not come from the source's own places belongs to the source. After a permanent
   * redirect it does once that is adopted; after a temporary one, such as to a CDN, if it carries the source's items;
   * for a source never read before, if its items link to the source's own domain.
   */
  const judgeAway = async (
    source: Source,
    state: SourceState,
    fetched: Changed,
    { all, known, pages }: Items,
    isAdopted: boolean,
  ): Promise<Away | null> => {
    const away = awayAt(source, state, fetched)
    if (away === null || (away.isPermanent && isAdopted)) return null
    const refused = isRefused(source, state, away.to)
    // The source was never read, or read before Redis was emptied, which also lost the domains refused: its links
    // decide.
    const own = state.lastSuccessAt === null ? pages.filter(page => isTrusted(source, state, page)).length : known
    if (refused || away.isPermanent || !carriesOwn({ all, known: own })) return { ...away, isRefused: refused }
    const places = selectPlaces(source, state)
    await sources.setPlaces(source.id, withTrusted(places, away.to))
    return null
  }

  /** A request without validators brought new items: checks whether the server would have answered 304. */
  const testValidators = async (
    source: Source,
    state: SourceState,
    url: string,
    signal: AbortSignal,
  ): Promise<string[]> => {
    await sleep(rulesFor(registrableDomain(url), settings()).gap, undefined, { signal })
    const again = await fetchFeed({ url, validators: state.validators, signal })
    if (again.kind !== 'unchanged' || again.by !== 'status') return []
    const how = 'answered 304 though its feed had new items'
    await sources.distrust(source.id, how)
    return [`its validators lie (it ${how}): they are not used for 30 days`]
  }

  /** Evaluates robots.txt for a document if it is configured to be obeyed: its refusal, and the gap it asks for, ms. */
  const askRobots = async (
    url: string,
    signal: AbortSignal,
  ): Promise<{ refusal: PollFailure | null; delay: number }> => {
    const isAsked =
      rulesFor(registrableDomain(url), settings()).robots && !isUnder(new URL(url).hostname, settings().optOut)
    if (!isAsked) return { refusal: null, delay: 0 }
    const { refusal, delay } = await robots.ask(url, signal)
    return { refusal: refusal === null ? null : { reason: 'robots', detail: refusal }, delay }
  }

  const fetchMore = async (from: string, url: string, signal: AbortSignal): Promise<Changed | PollFailure> => {
    const elsewhere = (detail: string): PollFailure => ({ reason: 'not-a-feed', detail })
    const shown = withoutCredentials(url)
    if (registrableDomain(url) !== registrableDomain(from))
      return elsewhere(`${shown} lies at another domain: add it as a source of its own`)
    const { refusal, delay } = await askRobots(url, signal)
    if (refusal) return refusal
    await sleep(Math.max(delay, rulesFor(registrableDomain(url), settings()).gap), undefined, { signal })
    const fetched = await fetchFeed({
      url,
      validators: null,
      signal,
      onHop: async next => (registrableDomain(next) === registrableDomain(from) ? null : 0),
    })
    if (fetched.kind === 'changed' || fetched.kind === 'failed') return fetched
    return elsewhere(`${shown} leads to another domain: add where it leads as a source of its own`)
  }

  return async (source, { isRecrawl, run, signal }) => {
    const wait = isRecrawl ? null : await network.gate()
    if (wait !== null) return { kind: 'postponed', ms: wait }
    const visit = politeness.visit(source.id, run)
    // Automatic pipelining sends both in one round trip.
    const [turn, known] = await Promise.all([visit.enter(source.url), sources.state(source.id)])
    if (turn) return putOff(source, turn)
    // Once the feed is returned, the caller releases the domain.
    let isHandedOn = false
    try {
      const state = await sources.renewed(source.id, known)
      const url = resolveAddress(source.url, state.adopted, state.failures)
      const elsewhere = await visit.enter(url)
      if (elsewhere) return await putOff(source, elsewhere)
      const asked = { askedAt: now(), wasFailing: state.failures > 0 }
      const { delay, refusal: forbidden } = await askRobots(url, signal)
      if (forbidden) return await giveUp(source, url, visit, forbidden, asked)

      const hasValidators = Boolean(state.validators?.etag || state.validators?.lastModified)
      const asking =
        !isRecrawl && hasValidators
          ? chooseValidation(state.unreliableValidators?.at ?? null, now(), random())
          : 'conditional'
      let held: Wait | null = null
      const fetched = await fetchFeed({
        url,
        validators: isRecrawl ? null : state.validators,
        isConditional: asking === 'conditional',
        signal,
        onHop: async next => {
          held = await visit.enter(next)
          return held?.ms ?? null
        },
      })
      if (fetched.kind === 'held') {
        return await putOff(source, held ?? { ms: fetched.wait, kind: 'turn', why: 'turn' })
      }
      if (fetched.kind === 'failed') return await giveUp(source, url, visit, fetched, asked)

      network.reached(registrableDomain(url), asked.askedAt)
      const leave = () =>
        visit.leave({
          ...(fetched.retryAfter === undefined ? {} : { retryAfter: fetched.retryAfter }),
          pace: Math.max(delay, fetched.pace ?? 0),
          why: 'has no requests left for us',
        })
      isHandedOn = true
      if (fetched.kind === 'unchanged') {
        if (fetched.movedTo !== null || state.move) await learnMove(source, state, url, fetched.movedTo, null)
        const isNamedAnew = formatValidators(fetched.validators) !== formatValidators(state.validators)
        if (isNamedAnew) await sources.revalidated(source.id, fetched.validators)
        const freshFor = fetched.saysFresh ? fetched.freshFor : state.freshFor
        return { kind: 'unchanged', fetched: { ...fetched, freshFor }, state, leave }
      }
      let away: Away | null = null
      return {
        kind: 'changed',
        fetched,
        state,
        isRecrawl,
        leave,
        learn: async items => {
          const { all, known } = items
          const { notes, isAdopted } = await learnMove(source, state, url, fetched.movedTo, { all, known })
          away = await judgeAway(source, state, fetched, items, isAdopted)
          const isTested = asking === 'sample' && known < all && away === null
          return [...notes, ...(isTested ? await testValidators(source, state, url, signal) : [])]
        },
        away: () => away,
        more: next => fetchMore(fetched.url, next, signal),
        failed: async failure => {
          await leave()
          return sources.failed(source.id, failure, false)
        },
      }
    } finally {
      if (!isHandedOn) await visit.leave()
    }
  }
}
