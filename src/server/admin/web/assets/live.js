// What an open page does to stay true. `<div id="x" data-watch="sources" data-watch-from="/sources/-/rows">`: when the server tells that keys of
// the topic changed which stand within (`data-key="..."`), they are fetched from that address, `?keys=a,b`, and put in place of the old ones.
// Without an address the page itself is fetched and the whole element replaced, whatever changed, or where one of `data-watch-only="a,b"` did.
// What holds an element with `data-hold` is being worked on, and left as it is. No listener hangs on what is replaced.

/** ms between two refreshes. */
const REST = 1_000
/** Keys asked for at a time, so that the address stays short. */
const MOST_KEYS = 100
const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex]'

const regions = () => [...document.querySelectorAll('[data-watch]')]

/** Topic to the keys that changed; null for many. */
const changed = new Map()
let timer = null
let lastAt = 0
let isBusy = false

/** Puts one in place of the other; what is ticked, opened or has the focus stays so. */
const replace = (old, made) => {
  const fresh = document.importNode(made, true)
  const ticked = new Set([...old.querySelectorAll('input:checked')].map(({ name, value }) => `${name}=${value}`))
  for (const input of fresh.querySelectorAll('input[type=checkbox]'))
    if (ticked.has(`${input.name}=${input.value}`)) input.checked = true
  const place = [...old.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement)
  old.replaceWith(fresh)
  if (place >= 0) fresh.querySelectorAll(FOCUSABLE)[place]?.focus({ preventScroll: true })
}

const fetched = async address => {
  const answer = await fetch(address, { headers: { accept: 'text/html' } })
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`)
  return new DOMParser().parseFromString(await answer.text(), 'text/html')
}

const keyed = region => [...region.querySelectorAll('[data-key]')]

const refreshRows = async (region, keys) => {
  const wanted = [...new Set(keyed(region).map(({ dataset }) => dataset.key))].filter(key => !keys || keys.has(key))
  for (let at = 0; at < wanted.length; at += MOST_KEYS) {
    const address = new URL(region.dataset.watchFrom, location.href)
    address.searchParams.set('keys', wanted.slice(at, at + MOST_KEYS).join(','))
    for (const made of keyed(await fetched(address))) {
      const old = keyed(region).find(({ dataset }) => dataset.key === made.dataset.key)
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
      page ??= await fetched(location.href)
      const made = page.getElementById(region.id)
      if (made) replace(region, made)
    }
  } catch {
    // The server is away, or we are out: the stream tells.
  } finally {
    lastAt = Date.now()
    isBusy = false
    soon()
  }
}

const soon = () => {
  if (timer !== null || isBusy || changed.size === 0) return
  timer = setTimeout(refresh, Math.max(0, lastAt + REST - Date.now()))
}

const note = (topic, keys) => {
  const before = changed.get(topic)
  changed.set(topic, keys === null || before === null ? null : new Set([...(before ?? []), ...keys]))
  soon()
}

const state = Object.assign(document.createElement('p'), { className: 'live' })
state.setAttribute('aria-live', 'polite')

let stream = null
const listen = () => {
  const topics = [...new Set(regions().map(({ dataset }) => dataset.watch))]
  if (topics.length === 0 || stream !== null) return
  if (!state.isConnected) document.querySelector('main')?.append(state)
  stream = new EventSource(`/live?topics=${topics.join(',')}`)
  stream.onopen = () => {
    state.textContent = 'Live'
    document.documentElement.dataset.live = 'on'
  }
  stream.onerror = () => {
    document.documentElement.dataset.live = 'off'
    state.textContent =
      stream?.readyState === EventSource.CLOSED
        ? 'No longer live: load the page again, or log in.'
        : 'Not live for the moment.'
    // What changed meanwhile is not told again.
    for (const topic of topics) note(topic, null)
  }
  for (const topic of topics) stream.addEventListener(topic, ({ data }) => note(topic, JSON.parse(data).keys))
}
const leave = () => {
  stream?.close()
  stream = null
  document.documentElement.dataset.live = 'off'
}

// A page nobody looks at holds no connection: browsers have six to a server, and pages stay open for weeks.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return leave()
  for (const { dataset } of regions()) note(dataset.watch, null)
  listen()
})
addEventListener('pagehide', leave)
addEventListener('pageshow', () => {
  if (!document.hidden) listen()
})
listen()
