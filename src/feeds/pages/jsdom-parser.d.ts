/** What newsdesk uses of the small DOM that comes with Readability and has no types. */
declare module '@mozilla/readability/JSDOMParser.js' {
  export interface SmallElement {
    /** In capitals. */
    readonly tagName: string
    readonly textContent: string
    innerHTML: string
    readonly parentNode: SmallElement | null
    readonly className: string
    readonly id: string
    getAttribute(name: string): string | null | undefined
    /** All elements within it, in document order; `*` for any. */
    getElementsByTagName(name: string): readonly SmallElement[]
    remove(): void
  }
  export interface SmallDocument {
    readonly body: SmallElement
  }
  export default class JSDOMParser {
    /** @param html well-formed */
    parse(html: string, url?: string): SmallDocument
  }
}
