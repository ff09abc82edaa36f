/**
 * The articles of a story and their sources. Most stories have one article, for which two maps would take more memory
 * than everything else about it, so maps are created with the second article. Changes are recorded in the journal.
 */

import type { ArticleId } from '../../domain/article.ts'
import type { SourceId } from '../../domain/source.ts'
import type { Features } from './features.ts'
import { type Journal, setNoted } from './journal.ts'

export interface Members {
  readonly size: number
  all(): Iterable<Features>
  get(id: ArticleId): Features | undefined
  /** Whether one of its articles is from this source. */
  hasSource(source: SourceId | ''): boolean
  add(features: Features): void
  remove(id: ArticleId): void
}

interface Maps {
  readonly articles: Map<ArticleId, Features>
  readonly sources: Map<SourceId | '', number>
}

export const createMembers = (journal: Journal): Members => new ManyOrOne(journal)

/** A class, since there are about as many as articles, and closures for each would take as much memory as the maps. */
class ManyOrOne implements Members {
  readonly #journal: Journal
  #one: Features | null = null
  #maps: Maps | null = null

  constructor(journal: Journal) {
    this.#journal = journal
  }

  get size(): number {
    return this.#maps ? this.#maps.articles.size : this.#one ? 1 : 0
  }

  all(): Iterable<Features> {
    return this.#maps ? this.#maps.articles.values() : this.#one ? [this.#one] : []
  }

  get(id: ArticleId): Features | undefined {
    return this.#maps ? this.#maps.articles.get(id) : this.#one?.id === id ? this.#one : undefined
  }

  hasSource(source: SourceId | ''): boolean {
    return this.#maps ? this.#maps.sources.has(source) : this.#one?.source === source
  }

  add(features: Features): void {
    if (this.size === 0 && !this.#maps) this.#set(features, null)
    else {
      const { articles, sources } = this.#maps ?? this.#createMaps()
      setNoted(this.#journal, articles, features.id, features)
      setNoted(this.#journal, sources, features.source, (sources.get(features.source) ?? 0) + 1)
    }
  }

  remove(id: ArticleId): void {
    const features = this.get(id)
    if (!features) return
    if (!this.#maps) this.#set(null, null)
    else {
      const { articles, sources } = this.#maps
      setNoted(this.#journal, articles, id, undefined)
      const left = (sources.get(features.source) ?? 1) - 1
      setNoted(this.#journal, sources, features.source, left > 0 ? left : undefined)
    }
  }

  #createMaps(): Maps {
    const maps: Maps = { articles: new Map(), sources: new Map() }
    if (this.#one) {
      maps.articles.set(this.#one.id, this.#one)
      maps.sources.set(this.#one.source, 1)
    }
    this.#set(null, maps)
    return maps
  }

  #set(one: Features | null, maps: Maps | null): void {
    const before = [this.#one, this.#maps] as const
    this.#one = one
    this.#maps = maps
    this.#journal.note(() => {
      this.#one = before[0]
      this.#maps = before[1]
    })
  }
}
