/**
 * The articles of a story and who told them. Most stories have one article, for which two maps would cost more than all else there is of
 * it: maps are made for the second. Changes are noted in the journal. (pure)
 */

import type { ArticleId } from '../../domain/article.ts'
import type { SourceId } from '../../domain/source.ts'
import type { Features } from './features.ts'
import { type Journal, setNoted } from './journal.ts'

export interface Members {
  readonly size: number
  all(): Iterable<Features>
  get(id: ArticleId): Features | undefined
  /** Whether a source has told it. */
  tells(source: SourceId | ''): boolean
  add(features: Features): void
  remove(id: ArticleId): void
}

interface Maps {
  readonly articles: Map<ArticleId, Features>
  readonly sources: Map<SourceId | '', number>
}

export const createMembers = (journal: Journal): Members => new ManyOrOne(journal)

/** A class, since there are as many as articles, and methods made for each would weigh as much as the maps. */
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

  tells(source: SourceId | ''): boolean {
    return this.#maps ? this.#maps.sources.has(source) : this.#one?.source === source
  }

  add(features: Features): void {
    if (this.size === 0 && !this.#maps) this.#stand(features, null)
    else {
      const { articles, sources } = this.#maps ?? this.#grown()
      setNoted(this.#journal, articles, features.id, features)
      setNoted(this.#journal, sources, features.source, (sources.get(features.source) ?? 0) + 1)
    }
  }

  remove(id: ArticleId): void {
    const features = this.get(id)
    if (!features) return
    if (!this.#maps) this.#stand(null, null)
    else {
      const { articles, sources } = this.#maps
      setNoted(this.#journal, articles, id, undefined)
      const left = (sources.get(features.source) ?? 1) - 1
      setNoted(this.#journal, sources, features.source, left > 0 ? left : undefined)
    }
  }

  #grown(): Maps {
    const maps: Maps = { articles: new Map(), sources: new Map() }
    if (this.#one) {
      maps.articles.set(this.#one.id, this.#one)
      maps.sources.set(this.#one.source, 1)
    }
    this.#stand(null, maps)
    return maps
  }

  #stand(one: Features | null, maps: Maps | null): void {
    const before = [this.#one, this.#maps] as const
    this.#one = one
    this.#maps = maps
    this.#journal.note(() => {
      this.#one = before[0]
      this.#maps = before[1]
    })
  }
}
