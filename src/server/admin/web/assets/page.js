/** Shared by the scripts: fetches pages, and puts parts of them in place of what is shown. */

const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex]'

/** @throws if the server does not show that page */
export const fetchPage = async address => {
  const answer = await fetch(address, { headers: { accept: 'text/html' } })
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`)
  return new DOMParser().parseFromString(await answer.text(), 'text/html')
}

const ticksOf = root =>
  new Set([...root.querySelectorAll('input:checked')].map(({ name, value }) => `${name}=${value}`))
const tickAgain = (root, ticked) => {
  for (const input of root.querySelectorAll('input[type=checkbox]'))
    if (ticked.has(`${input.name}=${input.value}`)) input.checked = true
}

/** Replaces an element; checkboxes and the focus are preserved. */
export const replace = (old, made) => {
  const fresh = document.importNode(made, true)
  tickAgain(fresh, ticksOf(old))
  const place = [...old.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement)
  old.replaceWith(fresh)
  if (place >= 0) fresh.querySelectorAll(FOCUSABLE)[place]?.focus({ preventScroll: true })
}

/** What tells a control from others, whatever page it is on. */
const nameOf = control =>
  [
    ...[control.tagName, control.id, control.getAttribute('name'), control.getAttribute('aria-label')],
    ...[control.closest('form')?.getAttribute('action'), control.getAttribute('href')],
  ].join(' ')

/** Fields that were typed into or chosen, except those of the form that was sent. */
const typedIn = (root, sent) =>
  [...root.querySelectorAll('input:not([type=hidden], [type=checkbox]), textarea, select')].filter(
    field =>
      field.form !== sent &&
      (field.tagName === 'SELECT'
        ? [...field.options].some(option => option.selected !== option.defaultSelected) &&
          [...field.options].some(option => option.defaultSelected)
        : field.value !== field.defaultValue),
  )

/** Shows another state of the same page: ticks, typed text, focus and scroll positions stay. @param sent a form */
export const showAgain = (page, sent) => {
  const main = document.querySelector('main')
  const [x, y] = [scrollX, scrollY]
  const beside = [...main.querySelectorAll('.wide')].map(({ scrollLeft }) => scrollLeft)
  const ticked = ticksOf(main)
  const typed = new Map(typedIn(main, sent).map(field => [nameOf(field), field.value]))
  const focused = main.contains(document.activeElement) ? nameOf(document.activeElement) : null
  main.replaceChildren(...[...page.querySelector('main').childNodes].map(node => document.importNode(node, true)))
  tickAgain(main, ticked)
  for (const field of main.querySelectorAll('input, textarea, select'))
    if (typed.has(nameOf(field))) field.value = typed.get(nameOf(field))
  for (const [index, wide] of main.querySelectorAll('.wide').entries()) wide.scrollLeft = beside[index] ?? 0
  if (focused !== null) {
    const control = [...main.querySelectorAll(FOCUSABLE)].find(each => nameOf(each) === focused)
    ;(control ?? main).focus({ preventScroll: true })
  }
  scrollTo(x, y)
  document.title = page.title
}
