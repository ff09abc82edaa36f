/**
 * The stories of the window, and which words tell them: finds the stories nearest an article in bounded time, however many there are.
 * Holds state, decides nothing. Every change is noted in the journal, but for forgetting, which happens only between decisions. (pure)
 */

import type { ArticleId, StoryId } from '../article/article.ts'
import type { SourceId } from '../sources/source.ts'
import { chance, commonness, gain, likelihood, sizePrior } from './evidence.ts'
import { distinctTerms, type Features, type Term } from './features.ts'
import { type Journal, setNoted } from './journal.ts'

export interface Story {
  readonly id: StoryId
  readonly language: string
  /** Term -> how many of its articles have it. */
  readonly terms: Map<Term, number>
  readonly articles: Map<ArticleId, Features>
  readonly sources: Map<SourceId | '', number>
  /** Stories an editor parted it from. */
  readonly apart: Map<StoryId, true>
  /** Its articles that are no reprints: only their words count. */
  told: number
  /** When its first and last articles were published; null where none says. */
  from: number | null
  to: number | null
  /** When it last took in an article, by the log's clock. */
  lastAt: number
  /** Share of its articles that have the words it is told by, as of `measured` articles. */
  coherence: number
  measured: number
  /** False once it was merged away or has lost its last article. */
  live: boolean
  /** Scratch of one search: which, and the gains so far. */
  search: number
  gained: number
}

/** A story near an article or another story. */
export interface Near {
  readonly story: Story
  /** Weight of evidence, in nats, size counted in. */
  readonly score: number
  /** Distinct terms both have. */
  readonly shared: number
}

/** What is looked for: an article, or a story by the mean of its articles. */
export interface Wanted {
  readonly terms: ReadonlyMap<Term, number>
  readonly told: number
}

/** A term remembers its latest stories, no more: one in so many tells none apart. */
const MOST_STORIES = 1_000
/** Stories looked at for one article, rarest terms first, and those of them weighed in full. */
const LOOKS = 1_000
const WEIGHED = 24
const WANTED_TERMS = 40
/** A large story's words beyond so many are single articles' own. */
const MOST_TERMS = 2000
const KEPT_TERMS = 1000
/** From so many articles on a story must prove that they have words in common. */
const MUST_COHERE = 12
const COHERENT = 0.3
const TELLING = 2.5

export interface StoryIndex {
  get(id: StoryId): Story | undefined
  all(): IterableIterator<Story>
  open(id: StoryId, language: string, at: number): Story
  /** @param counts false for a reprint: it belongs, but its words are another's */
  put(story: Story, features: Features, counts: boolean, at: number): void
  take(story: Story, features: Features, counts: boolean): void
  merge(from: Story, into: Story): void
  /** Best first; ties by id. */
  nearest(wanted: Wanted, except: Story | null, limit: number): Near[]
  score(wanted: Wanted, story: Story): Near
  /** Other stories that have several of this one's most telling words. */
  sharing(story: Story, limit: number): Story[]
}

const byScore = (a: Near, b: Near): number => b.score - a.score || (a.story.id < b.story.id ? -1 : 1)

export const wantedOf = (features: Features): Wanted => ({
  terms: new Map([...distinctTerms(features)].map(term => [term, 1])),
  told: 1,
})

export const createStoryIndex = (journal: Journal): StoryIndex => {
  const stories = new Map<StoryId, Story>()
  const postings = new Map<Term, Story[]>()
  const common = new Map<Term, number>()
  const totals = new Map([['all', 0]])
  let searches = 0

  const all = (): number => totals.get('all') ?? 0
  const chanceOf = (term: Term): number => chance(common.get(term) ?? 0, all())
  const gainOf = (term: Term, story: Story): number => {
    const count = story.terms.get(term)
    return count === undefined ? 0 : gain(count / story.told, chanceOf(term))
  }

  const assign = (story: Story, fields: Partial<Story>): void => {
    const before: Partial<Story> = {}
    for (const name of Object.keys(fields) as (keyof Story)[]) Object.assign(before, { [name]: story[name] })
    Object.assign(story, fields)
    journal.note(() => Object.assign(story, before))
  }

  const post = (term: Term, story: Story): void => {
    const having = postings.get(term) ?? []
    if (having.length >= MOST_STORIES) {
      const live = [...new Set(having)].filter(each => each.live && each.terms.has(term))
      setNoted(journal, postings, term, [...live.slice(-MOST_STORIES / 2), story])
      return
    }
    if (having.length === 0) setNoted(journal, postings, term, having)
    having.push(story)
    journal.note(() => having.pop())
  }

  const setTerm = (story: Story, term: Term, count: number): void => {
    const before = story.terms.get(term) ?? 0
    setNoted(journal, story.terms, term, count > 0 ? count : undefined)
    const now = (common.get(term) ?? 0) + commonness(count) - commonness(before)
    setNoted(journal, common, term, now > 1e-9 ? now : undefined)
    if (before === 0 && count > 0) post(term, story)
    // Forgetting runs outside the journal: a word no story has leaves nothing behind.
    if (!common.has(term)) setNoted(journal, postings, term, undefined)
  }

  const setTold = (story: Story, told: number): void => {
    setNoted(journal, totals, 'all', Math.max(0, all() + commonness(told) - commonness(story.told)))
    assign(story, { told })
  }

  const trim = (story: Story): void => {
    if (story.terms.size <= MOST_TERMS) return
    const ordered = [...story.terms].sort(([a, x], [b, y]) => y - x || a - b)
    for (const [term] of ordered.slice(KEPT_TERMS)) setTerm(story, term, 0)
  }

  /** How much of a large story its most telling words hold together; measured again when it has grown by a sixth. */
  const coherenceOf = (story: Story): number => {
    if (story.told < MUST_COHERE) return 1
    if (story.told >= story.measured * 1.16 || story.told < story.measured) {
      const shares = [...story.terms]
        .filter(([term, count]) => count >= story.told * 0.1 && gainOf(term, story) >= TELLING)
        .map(([, count]) => count / story.told)
        .sort((a, b) => b - a)
      const share = ((shares[0] ?? 0) + (shares[1] ?? 0)) / 2
      assign(story, { coherence: Math.min(1, share / COHERENT), measured: story.told })
    }
    return story.coherence
  }

  const score = ({ terms, told }: Wanted, story: Story): Near => {
    let gained = 0
    let shared = 0
    let length = 0
    for (const [term, count] of terms) {
      length += count / told
      const each = gainOf(term, story)
      if (each === 0) continue
      gained += (each * count) / told
      shared += 1
    }
    return { story, shared, score: likelihood(gained, length) + sizePrior(story.told, coherenceOf(story)) }
  }

  /** Stories that share words, with rough gains: rarest words first, as far as the looks allow. */
  const candidates = (terms: readonly Term[], except: Story | null): Story[] => {
    searches += 1
    const found: Story[] = []
    const rarest = terms
      .map(term => ({ term, having: postings.get(term) ?? [] }))
      .sort((a, b) => a.having.length - b.having.length || a.term - b.term)
    let looks = 0
    for (const { term, having } of rarest) {
      // A word too common to be looked through whole still counts where others led to a story.
      if (looks > 0 && looks + having.length > LOOKS) break
      looks += having.length
      const byChance = chanceOf(term)
      const whole = gain(1, byChance)
      for (const story of having) {
        if (story === except || !story.live) continue
        // A story of one article stands among a term's only while it has it: most stories are spared the look-up.
        const gained = story.told === 1 ? whole : gain((story.terms.get(term) ?? 0) / story.told, byChance)
        if (!(gained > 0)) continue
        if (story.search !== searches) {
          story.search = searches
          story.gained = 0
          found.push(story)
        }
        story.gained += gained
      }
    }
    return found
  }

  const telling = (story: Story): Term[] =>
    [...story.terms]
      .map(([term, count]) => ({ term, weight: count * gainOf(term, story) }))
      .sort((a, b) => b.weight - a.weight || a.term - b.term)
      .slice(0, WANTED_TERMS)
      .map(({ term }) => term)

  return {
    get: id => stories.get(id),
    all: () => stories.values(),
    open(id, language, at) {
      const story: Story = {
        id,
        language,
        terms: new Map(),
        articles: new Map(),
        sources: new Map(),
        apart: new Map(),
        told: 0,
        from: null,
        to: null,
        lastAt: at,
        coherence: 1,
        measured: 0,
        live: true,
        search: 0,
        gained: 0,
      }
      setNoted(journal, stories, id, story)
      return story
    },
    put(story, features, counts, at) {
      setNoted(journal, story.articles, features.id, features)
      setNoted(journal, story.sources, features.source, (story.sources.get(features.source) ?? 0) + 1)
      assign(story, { lastAt: Math.max(story.lastAt, at), ...spanWith(story, features.publishedAt) })
      if (!counts) return
      for (const term of distinctTerms(features)) setTerm(story, term, (story.terms.get(term) ?? 0) + 1)
      setTold(story, story.told + 1)
      trim(story)
    },
    take(story, features, counts) {
      setNoted(journal, story.articles, features.id, undefined)
      const left = (story.sources.get(features.source) ?? 1) - 1
      setNoted(journal, story.sources, features.source, left > 0 ? left : undefined)
      if (counts) {
        for (const term of distinctTerms(features))
          if (story.terms.has(term)) setTerm(story, term, (story.terms.get(term) ?? 1) - 1)
        setTold(story, Math.max(0, story.told - 1))
      }
      if (story.articles.size > 0) return
      for (const term of [...story.terms.keys()]) setTerm(story, term, 0)
      setTold(story, 0)
      assign(story, { live: false })
      setNoted(journal, stories, story.id, undefined)
    },
    merge(from, into) {
      for (const [term, count] of [...from.terms]) {
        const both = (into.terms.get(term) ?? 0) + count
        setTerm(into, term, both)
        setTerm(from, term, 0)
      }
      const told = from.told + into.told
      setTold(from, 0)
      setTold(into, told)
      for (const [id, features] of from.articles) setNoted(journal, into.articles, id, features)
      for (const [source, count] of from.sources)
        setNoted(journal, into.sources, source, (into.sources.get(source) ?? 0) + count)
      for (const id of from.apart.keys()) {
        setNoted(journal, into.apart, id, true)
        const other = stories.get(id)
        if (other) setNoted(journal, other.apart, into.id, true)
      }
      assign(into, {
        lastAt: Math.max(from.lastAt, into.lastAt),
        ...spanWith({ ...into, ...spanWith(into, from.from) }, from.to),
      })
      assign(from, { live: false })
      setNoted(journal, stories, from.id, undefined)
      trim(into)
    },
    nearest(wanted, except, limit) {
      const terms = except && wanted.terms.size > WANTED_TERMS ? telling(except) : [...wanted.terms.keys()]
      return mostGained(candidates(terms, except))
        .map(story => score(wanted, story))
        .sort(byScore)
        .slice(0, limit)
    },
    score,
    sharing(story, limit) {
      const counts = new Map<Story, number>()
      for (const term of telling(story).slice(0, 12)) {
        const having = postings.get(term) ?? []
        if (having.length > MOST_STORIES / 2) continue
        for (const other of having)
          if (other !== story && other.live && other.terms.has(term)) counts.set(other, (counts.get(other) ?? 0) + 1)
      }
      return [...counts]
        .filter(([, shared]) => shared >= 2)
        .sort(([a, x], [b, y]) => y - x || (a.id < b.id ? -1 : 1))
        .slice(0, limit)
        .map(([other]) => other)
    },
  }
}

/** The few with most rough gains, without sorting the many. */
const mostGained = (found: readonly Story[]): Story[] => {
  const best: Story[] = []
  for (const story of found) {
    const last = best[WEIGHED - 1]
    if (last && !isAhead(story, last)) continue
    if (last) best.pop()
    let place = best.length
    while (place > 0 && isAhead(story, best[place - 1] as Story)) place -= 1 // within its length
    best.splice(place, 0, story)
  }
  return best
}

const isAhead = (a: Story, b: Story): boolean => a.gained > b.gained || (a.gained === b.gained && a.id < b.id)

const spanWith = ({ from, to }: Pick<Story, 'from' | 'to'>, at: number | null): Pick<Story, 'from' | 'to'> =>
  at === null ? { from, to } : { from: Math.min(from ?? at, at), to: Math.max(to ?? at, at) }
