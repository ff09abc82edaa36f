/** What pages do more with script than without: nothing is lost where it does not run. */

// Times are written in UTC; the exact one is shown in the reader's own zone.
const zoned = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' })
for (const time of document.querySelectorAll('time[datetime]')) {
  const at = new Date(time.dateTime)
  if (!Number.isNaN(at.getTime())) time.title = zoned.format(at)
}

// What cannot be taken back is asked about once more.
document.addEventListener('submit', event => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm
  if (question && !confirm(question)) event.preventDefault()
})

// A slash goes to the search, as elsewhere.
document.addEventListener('keydown', event => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]')) return
  const search = document.querySelector('input[type=search]')
  if (!search) return
  event.preventDefault()
  search.focus()
})

// A live page: when a list it shows has changed, its parts are fetched anew and put in the place of the old ones. What is open stays, so
// that nobody loses what is half typed.
const live = document.querySelector('[data-live]')
const isOpen = part => part.querySelector('.opened') !== null

const fetched = async href => {
  const answer = await fetch(href, { headers: { accept: 'text/html' } })
  // Logged out meanwhile: the next click says so.
  if (!answer.ok || answer.redirected) return null
  return new DOMParser().parseFromString(await answer.text(), 'text/html')
}

const replaceParts = (page, mayReplace) => {
  const focused = document.activeElement?.id
  for (const part of document.querySelectorAll('[data-part]')) {
    const fresh = page.getElementById(part.id)
    if (fresh && mayReplace(part, fresh)) part.replaceWith(fresh)
  }
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus()
}

if (live) {
  let waiting = null
  const refresh = async () => {
    // What changes while the page is fetched is fetched once more.
    waiting = null
    try {
      const page = await fetched(location.href)
      if (page) replaceParts(page, part => !isOpen(part))
    } catch {
      // The server is away; it is heard of again, and then asked again.
    }
  }
  let updates = null
  const listen = () => {
    updates = new EventSource(`/updates?lists=${encodeURIComponent(live.dataset.live)}`)
    // A burst is one refresh.
    updates.addEventListener('update', () => {
      if (waiting === null) waiting = setTimeout(refresh, 250)
    })
  }
  listen()
  // A page that is left closes its connection, also where the browser keeps the page for the way back.
  addEventListener('pagehide', () => updates?.close())
  addEventListener('pageshow', event => {
    if (event.persisted) listen()
  })

  // What is opened is opened in place.
  document.addEventListener('click', async event => {
    const link = event.target instanceof Element ? event.target.closest('a.why') : null
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    try {
      const page = await fetched(link.href)
      if (!page) throw new Error('no page')
      const here = link.closest('[data-part]')
      replaceParts(page, (part, fresh) => part === here || isOpen(part) || isOpen(fresh))
      history.replaceState(null, '', link.href)
      document.getElementById('opened')?.focus()
    } catch {
      location.assign(link.href)
    }
  })
}
