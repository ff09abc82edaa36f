/** Keys of WebSub. */

export const pushKeys = (prefix: string) => ({
  /**
   * HASH source id -> JSON hub and topic that its feed offers. Written by crawl, read by push. One field a source.
   */
  pushOffers: () => `{${prefix}:push}:offers`,
  /** HASH source id -> token of its subscription. One field a source. */
  pushTokens: () => `{${prefix}:push}:tokens`,
  /** HASH, one subscription, by the token in its callback. Written by push only; deleted when it has ended. */
  subscription: (token: string) => `{${prefix}:push}:subscription:${token}`,
  /** ZSET token by the ms of its next step: subscribe, renew, give up. One member a subscription. */
  pushDue: () => `{${prefix}:push}:due`,
  /** STRING count of deliveries to one callback in one minute. Expires after two. */
  pushRate: (token: string, minute: number) => `{${prefix}:push}:rate:${token}:${minute}`,
})
