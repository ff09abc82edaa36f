/** Worlds: the one the rule was thought out with, and another in which nothing is as it was there. */

import type { Pattern } from './world.ts'

/** Least and most. */
type Range = readonly [number, number]

export interface Plan {
  /** Of a hundred sources. */
  readonly share: Readonly<Record<Pattern, number>>
  /** Share of sources whose items carry no dates. */
  readonly missingDates: number
  readonly wire: { readonly perDay: number; readonly window: number }
  /** An edition of so many items within `span` minutes, at `dawn` by its local clock (hours, give or take `jitter` minutes), and some items over the day. */
  readonly 'daily paper': {
    readonly dawn: Range
    readonly jitter: number
    readonly items: Range
    readonly span: number
    readonly perDay: number
    readonly window: number
  }
  /** Up to `items` at an hour of its weekday, give or take `jitter` minutes; left out now and then. */
  readonly weekly: {
    readonly hour: Range
    readonly jitter: number
    readonly items: number
    readonly skipped: number
    readonly window: number
  }
  /** Days awake, at so many items a day, and asleep. */
  readonly 'sleeping blog': {
    readonly awake: Range
    readonly asleep: Range
    readonly perDay: Range
    readonly window: number
  }
  /** Bursts of so many items an hour for some hours, every so many days on average. */
  readonly 'breaking news': {
    readonly perDay: number
    readonly every: number
    readonly hours: Range
    readonly perHour: number
    readonly window: number
  }
  readonly 'narrow window': { readonly perDay: number; readonly window: number }
}

export const PLANS = {
  usual: {
    share: {
      wire: 5,
      'daily paper': 15,
      weekly: 25,
      'sleeping blog': 25,
      'breaking news': 20,
      'narrow window': 10,
    },
    missingDates: 0.1,
    wire: { perDay: 500, window: 100 },
    'daily paper': { dawn: [4, 6], jitter: 6, items: [20, 40], span: 8, perDay: 12, window: 60 },
    weekly: { hour: [6, 20], jitter: 40, items: 3, skipped: 0.05, window: 20 },
    'sleeping blog': { awake: [4, 18], asleep: [20, 40], perDay: [1, 3], window: 15 },
    'breaking news': { perDay: 15, every: 4, hours: [1, 4], perHour: 20, window: 30 },
    'narrow window': { perDay: 50, window: 10 },
  },
  other: {
    share: {
      wire: 12,
      'daily paper': 25,
      weekly: 15,
      'sleeping blog': 10,
      'breaking news': 28,
      'narrow window': 10,
    },
    missingDates: 0.25,
    wire: { perDay: 220, window: 50 },
    'daily paper': { dawn: [11, 18], jitter: 20, items: [8, 25], span: 25, perDay: 30, window: 50 },
    weekly: { hour: [0, 24], jitter: 120, items: 8, skipped: 0.25, window: 25 },
    'sleeping blog': { awake: [1, 6], asleep: [6, 60], perDay: [2, 8], window: 10 },
    'breaking news': { perDay: 40, every: 9, hours: [0.5, 2.5], perHour: 35, window: 40 },
    'narrow window': { perDay: 24, window: 8 },
  },
} satisfies Record<string, Plan>
