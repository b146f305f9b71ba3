/**
 * Between a CPNS Server and its applications: each service's messages go to its webhook, or to whoever
 * listens, one at a time and in order, and are acknowledged only when the application says so. Design 8
 */
import { utf8 } from '../octets/octets.ts'
import type { Unsubscribe } from '../ports/bus.ts'
import type { Clock, Timer } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import { type AppMessage, describeMessage } from './app-message.ts'
import type { AppStore, Webhook } from './app-store.ts'
import {
  type Acknowledgement,
  type AppListener,
  type AppMessageKey,
  ServiceDesk,
  type Settled,
} from './service-desk.ts'
import { SIGNATURE_HEADER, signWebhook } from './webhook-signature.ts'

/** The server, as far as applications need it. */
export interface MessageExchange {
  /**
   * As `CpnsServer.registerService`: when the handler returns, the message has been acknowledged; what it
   * returned is told whether that is durable.
   */
  registerService(
    name: string,
    handler: (message: AppMessage) => Promise<Settled | undefined>,
  ): Unsubscribe
}

/** What a hub needs. */
export interface AppHubPorts {
  readonly store: Pick<AppStore, 'listServices' | 'findWebhook'>
  readonly exchange: MessageExchange
  /** Posts JSON. @returns The HTTP status. Rejects if there is no answer. */
  readonly post: (request: WebhookPost) => Promise<number>
  readonly clock: Clock
  readonly log: Log
}

/** One message on its way to a webhook. */
export interface WebhookPost {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** A running hub. */
export interface AppHub {
  /** Knows all services from now on; also those whose first key comes later. */
  start(): Promise<void>
  /** In place of whoever listened to this service before. @returns Ends it, without calling `end`. */
  listen(service: string, listener: AppListener): Unsubscribe
  /** As `ServiceDesk.acknowledge`. */
  acknowledge(service: string, key: AppMessageKey): Promise<Acknowledgement>
  /** A webhook came or went: what waits for the other way is handed over again. */
  webhookChanged(service: string): void
  stop(): void
}

/** How soon a service is known after its first key was made by another process. */
const POLL_MS = 2_000

interface Service {
  readonly desk: ServiceDesk
  readonly unregister: Unsubscribe
}

/** Does nothing until it is started. */
export function createAppHub(ports: AppHubPorts): AppHub {
  const { store, exchange, clock, log } = ports
  const services = new Map<string, Service>()
  let poll: Timer | undefined
  let isStopped = false

  const takeUp = (name: string): ServiceDesk => {
    const known = services.get(name)
    if (known !== undefined) return known.desk
    const desk = new ServiceDesk(clock)
    const unregister = exchange.registerService(name, async (message) => {
      const webhook = await store.findWebhook(name)
      if (webhook === undefined) return await desk.hand(message)
      await postSigned(webhook, message, ports)
      return undefined
    })
    services.set(name, { desk, unregister })
    return desk
  }

  const letGo = (name: string, reason: string): void => {
    const service = services.get(name)
    services.delete(name)
    service?.unregister()
    service?.desk.close(reason)
  }

  const learn = async (): Promise<void> => {
    const names = new Set(await store.listServices())
    if (isStopped) return
    for (const name of names) takeUp(name)
    const gone = [...services.keys()].filter((name) => !names.has(name))
    for (const name of gone) letGo(name, 'the service has no key any more')
  }

  const scheduleLearning = (): void => {
    if (isStopped) return
    poll = clock.setTimer(POLL_MS, () => {
      learn()
        .catch((error: unknown) => log.warn('services-not-read', { reason: String(error) }))
        .finally(scheduleLearning)
    })
  }

  return {
    async start() {
      await learn()
      scheduleLearning()
    },
    listen: (name, listener) => takeUp(name).listen(listener),
    acknowledge: async (name, key) =>
      (await services.get(name)?.desk.acknowledge(key)) ?? 'not-waiting',
    webhookChanged: (name) => services.get(name)?.desk.giveBack('another way now'),
    stop() {
      isStopped = true
      poll?.cancel()
      for (const name of Array.from(services.keys())) letGo(name, 'the server stops')
    },
  }
}

/** Anything but 2xx is "not now": the message comes again, later each time. */
async function postSigned(
  { url, secret, service }: Webhook,
  message: AppMessage,
  { post, clock, log }: AppHubPorts,
): Promise<void> {
  const body = utf8(JSON.stringify(describeMessage(message)))
  const headers = {
    'content-type': 'application/json',
    [SIGNATURE_HEADER]: signWebhook(body, secret, clock.nowMs()),
  }
  const status = await post({ url, headers, body })
  if (status >= 200 && status < 300) return
  log.info('webhook-refused', { service, status })
  throw new Error(`the webhook answered ${status}`)
}
