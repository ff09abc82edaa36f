/** Enhancements by script: pages work without them. */

// Times are rendered in UTC; the tooltip shows the exact time in the language and time zone that the user chose, or the
// browser has.
const { locale, zone } = document.documentElement.dataset
const zoned = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'long', timeZone: zone })
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** As src/util/duration.ts writes durations. */
const formatDuration = ms => {
  if (ms < 1.5 * MINUTE) return `${Math.round(ms / 1_000)} s`
  if (ms < 1.5 * HOUR) return `${Math.round(ms / MINUTE)} min`
  return ms < 2 * DAY ? `${Math.round(ms / HOUR)} h` : `${Math.round(ms / DAY)} d`
}
/** ms by which the server's clock is ahead of this one: times are told by the server's. */
const ahead = Number(document.documentElement.dataset.now) - Date.now()
const tick = () => {
  for (const time of document.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime)
    if (Number.isNaN(at.getTime())) continue
    time.title = zoned.format(at)
    const ago = Date.now() + ahead - at.getTime()
    const text = ago >= 0 ? `${formatDuration(ago)} ago` : `in ${formatDuration(-ago)}`
    if (time.textContent !== text) time.textContent = text
  }
}
tick()
setInterval(tick, 5_000)
addEventListener('newsdesk:shown', tick)

// Ask before actions that cannot be undone.
document.addEventListener('submit', event => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm
  if (question && !confirm(question)) event.preventDefault()
})

// Copies what is shown once; shows a password on demand; offers the time zones that the browser knows.
document.addEventListener('click', async event => {
  const button = event.target instanceof Element ? event.target.closest('[data-copy]') : null
  if (!button) return
  const field = button.closest('.copy').querySelector('input, code')
  await navigator.clipboard.writeText(field.value ?? field.textContent)
  button.textContent = 'Copied'
})
for (const field of document.querySelectorAll('input[autocomplete=new-password]')) {
  const show = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Show password' })
  show.addEventListener('click', () => {
    field.type = field.type === 'password' ? 'text' : 'password'
    show.textContent = field.type === 'password' ? 'Show password' : 'Hide password'
  })
  field.after(show)
}
const zones = document.getElementById('zones')
zones?.append(
  ...Intl.supportedValuesOf('timeZone').map(value => Object.assign(document.createElement('option'), { value })),
)

// The slash key focuses the search field.
document.addEventListener('keydown', event => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]')) return
  const search = document.querySelector('main input[type=search]') ?? document.querySelector('input[type=search]')
  if (!search) return
  event.preventDefault()
  search.focus()
})

// On the front page, "Why?" opens an entry in place.
document.addEventListener('click', async event => {
  const link = event.target instanceof Element ? event.target.closest('a.why') : null
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  // By its id: the list may be refreshed (live.js), and the link be gone with it, before the answer comes.
  const opened = link.closest('.list')?.id
  try {
    const answer = await fetch(link.href, { headers: { accept: 'text/html' } })
    if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`)
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    for (const list of document.querySelectorAll('.list')) {
      const fresh = page.getElementById(list.id)
      if (fresh && (list.id === opened || list.querySelector('.opened')))
        list.replaceWith(document.importNode(fresh, true))
    }
    history.replaceState(null, '', link.href)
    document.getElementById(document.getElementById('opened') ? 'opened' : link.id)?.focus()
  } catch {
    location.assign(link.href)
  }
})
