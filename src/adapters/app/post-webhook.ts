/** Posting to webhooks. Redirects are not followed: the URL that was set is the one that gets messages. */
import { Agent } from 'undici'
import type { AppHubPorts } from '../../app/app-hub.ts'
import { createConnector } from '../http/read-past-continue.ts'

const TIMEOUT_MS = 10_000

/** Connections are kept open between messages. */
export function createWebhookPost(): {
  readonly post: AppHubPorts['post']
  close(): Promise<void>
} {
  const agent = new Agent({
    connect: createConnector({ timeout: TIMEOUT_MS }),
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    connections: 8,
  })
  return {
    async post({ url, headers, body }) {
      const { origin, pathname, search } = new URL(url)
      const answer = await agent.request({
        origin,
        path: `${pathname}${search}`,
        method: 'POST',
        headers,
        body,
      })
      await answer.body.dump()
      return answer.statusCode
    },
    close: () => agent.destroy(),
  }
}
