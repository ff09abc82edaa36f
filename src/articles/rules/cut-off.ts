/** Recognises headlines that a feed cut off. (pure) */

/** Ends in three dots or an ellipsis, as feeds shorten long titles. A headline that trails off on purpose is rare. */
export const isCutOff = (title: string): boolean => /(?:\.\.\.|…)["'”’»)\]]*\s*$/.test(title)
