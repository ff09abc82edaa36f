/** Keys of webhooks: what each was told last. All in one slot. */

export const webhookKeys = (prefix: string) => ({
  /**
   * HASH `updates`, `titles` -> id of the last entry of the stream that webhooks were told of. Written by the scheduler.
   * Two fields.
   */
  webhookCursors: () => `{${prefix}:webhooks}:cursors`,
  /**
   * HASH list -> `ms ids`: when a webhook was told of a list, and the articles that it had. Written by the scheduler; a
   * field a list; removed with the webhook.
   */
  webhookTold: (webhook: string) => `{${prefix}:webhooks}:told:${webhook}`,
  /** SET of lists that changed since a webhook was told of them. Written by the scheduler; removed with the webhook. */
  webhookWaiting: (webhook: string) => `{${prefix}:webhooks}:waiting:${webhook}`,
  /** ZSET story id by ms: the stories of which a webhook was told that they grew. Swept a day after they may grow. */
  webhookStories: (webhook: string) => `{${prefix}:webhooks}:stories:${webhook}`,
  /** HASH source id -> its state when webhooks were last told of states. Written by the scheduler; a field a source. */
  webhookSources: () => `{${prefix}:webhooks}:sources`,
  /** SET of webhooks that have any of these keys, so that those of removed ones can be found. */
  webhookNames: () => `{${prefix}:webhooks}:names`,
})
