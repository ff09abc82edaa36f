// Keeps an open page up to date. For `<div id="x" data-watch="sources" data-watch-from="/sources/-/rows">`, when the
// server announces changed keys of the topic, elements inside with such a `data-key` are fetched from that URL
// (`?keys=a,b`) and replaced. Without a URL the page itself is fetched and the whole element replaced, on any change,
// or on a change of a key in `data-watch-only="a,b"`. An element that contains `data-hold` is being edited and is left
// alone. Do not attach listeners to elements that are replaced.

import { fetchPage, replace } from './page.js'

/** Minimum ms between two refreshes. */
const MIN_INTERVAL = 1_000
/** Maximum keys per request, so that the URL stays short. */
const MAX_KEYS = 100

const regions = () => [...document.querySelectorAll('[data-watch]')]

/** Changed keys by topic; null for many. */
const changed = new Map()
let timer = null
let lastAt = 0
let isBusy = false

/**
 * Resolves once no pointer is down: a press whose element is replaced before its release is no click, and what the user
 * wanted would not happen.
 */
let released = Promise.resolve()
let release = () => {}
addEventListener(
  'pointerdown',
  () => {
    release()
    released = new Promise(resolve => {
      release = resolve
    })
  },
  true,
)
// The click comes right after the release.
for (const end of ['pointerup', 'pointercancel', 'blur']) addEventListener(end, () => setTimeout(release), true)

const findKeyed = region => [...region.querySelectorAll('[data-key]')]

const refreshRows = async (region, keys) => {
  const wanted = [...new Set(findKeyed(region).map(({ dataset }) => dataset.key))].filter(key => !keys || keys.has(key))
  for (let at = 0; at < wanted.length; at += MAX_KEYS) {
    const address = new URL(region.dataset.watchFrom, location.href)
    address.searchParams.set('keys', wanted.slice(at, at + MAX_KEYS).join(','))
    const page = await fetchPage(address)
    await released
    for (const made of findKeyed(page)) {
      const old = findKeyed(region).find(({ dataset }) => dataset.key === made.dataset.key)
      if (old) replace(old, made)
    }
  }
}

const refresh = async () => {
  timer = null
  isBusy = true
  const now = new Map(changed)
  changed.clear()
  try {
    let page = null
    for (const region of regions()) {
      const keys = now.get(region.dataset.watch)
      if (keys === undefined) continue
      if (region.dataset.watchFrom) {
        await refreshRows(region, keys)
        continue
      }
      const only = region.dataset.watchOnly?.split(',')
      if (region.querySelector('[data-hold]') || (only && keys && !only.some(key => keys.has(key)))) continue
      page ??= await fetchPage(location.href)
      await released
      const made = page.getElementById(region.id)
      if (made) replace(region, made)
    }
  } catch {
    // The server is unreachable, or the session has ended: the stream reports that.
  } finally {
    lastAt = Date.now()
    isBusy = false
    scheduleRefresh()
  }
}

const scheduleRefresh = () => {
  if (timer !== null || isBusy || changed.size === 0) return
  timer = setTimeout(refresh, Math.max(0, lastAt + MIN_INTERVAL - Date.now()))
}

const note = (topic, keys) => {
  const before = changed.get(topic)
  changed.set(topic, keys === null || before === null ? null : new Set([...(before ?? []), ...keys]))
  scheduleRefresh()
}

const state = Object.assign(document.createElement('p'), { className: 'live' })
state.setAttribute('aria-live', 'polite')

let stream = null
const listen = () => {
  const topics = [...new Set(regions().map(({ dataset }) => dataset.watch))]
  if (topics.length === 0 || stream !== null) return
  if (!state.isConnected) document.querySelector('body > header')?.append(state)
  stream = new EventSource(`/live?topics=${topics.join(',')}`)
  stream.onopen = () => {
    state.textContent = 'Live'
    document.documentElement.dataset.live = 'on'
  }
  stream.onerror = () => {
    document.documentElement.dataset.live = 'off'
    state.textContent =
      stream?.readyState === EventSource.CLOSED
        ? 'No longer live: reload the page, or log in.'
        : 'Not live at the moment.'
    // Changes during the interruption are not repeated: refresh everything.
    for (const topic of topics) note(topic, null)
  }
  for (const topic of topics) stream.addEventListener(topic, ({ data }) => note(topic, JSON.parse(data).keys))
}
const disconnect = () => {
  stream?.close()
  stream = null
  delete document.documentElement.dataset.live
}

// A hidden page holds no connection: browsers allow six per server, and pages stay open for weeks.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return disconnect()
  for (const { dataset } of regions()) note(dataset.watch, null)
  listen()
})
// What was shown by script may follow other topics.
addEventListener('newsdesk:shown', () => {
  if (document.hidden) return
  disconnect()
  listen()
})
addEventListener('pagehide', disconnect)
addEventListener('pageshow', () => {
  if (!document.hidden) listen()
})
listen()
