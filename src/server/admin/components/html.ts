/**
 * HTML by tagged templates: every value is escaped unless `html` made it, so that feed content can never become markup.
 * (pure)
 */

/** Markup that needs no escaping: only `html` makes it. */
export interface Html {
  readonly markup: string
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, char => ESCAPES[char] ?? char)

type Value = string | number | null | undefined | false | Html | readonly Html[]

const show = (value: Value): string => {
  if (value === null || value === undefined || value === false) return ''
  if (typeof value === 'object') return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('')
  return escapeHtml(String(value))
}

export const html = (parts: TemplateStringsArray, ...values: readonly Value[]): Html => ({
  markup: parts.reduce((page, part, index) => page + show(values[index - 1]) + part),
})
