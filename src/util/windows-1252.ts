/**
 * Maps the 32 control characters from U+0080 to U+009F to those that windows-1252 has in their place: publishers who
 * declare Latin-1 usually mean windows-1252. (pure)
 */

const CHARACTERS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

export const C1_CONTROLS = /[\u0080-\u009f]/g

/** Returns the character that a publisher meant by such a control character. */
export const fromWindows1252 = (control: string): string => CHARACTERS[control.charCodeAt(0) - 0x80] ?? ' '
