/**
 * Where the requests of applications arrive at a node: is it for us, do we know the command, was it here
 * before, what is the answer. RFC 6733 6.1.4, 6.2, 7.1
 */
import type { AnswerMemory } from './answer-memory.ts'
import {
  type AvpRules,
  optional,
  readValues,
  required,
  type ValuesOf,
  writeValues,
} from './avp-rules.ts'
import { DESTINATION_HOST, DESTINATION_REALM, ORIGIN_HOST, SESSION_ID } from './base-avps.ts'
import { isSameIdentity, type PeerDescription } from './capabilities.ts'
import { type Command, readRequest, writeAnswer } from './command.ts'
import { DiameterFailure } from './diameter-failure.ts'
import { type Origin, proxyInfosOf, writeFailureAnswer } from './failure-answer.ts'
import type { DiameterMessage } from './message.ts'
import type { ResultCodeName } from './result-code.ts'

/** Serves one command of an application. */
export interface CommandHandler<R extends AvpRules, A extends AvpRules> {
  readonly command: Command<R, A>
  /** @throws {DiameterFailure} Which becomes the answer. */
  readonly answer: (request: ValuesOf<R>, from: RequestContext) => Promise<ValuesOf<A>>
}

/** A handler whose rules nobody looks at: what a list of handlers holds. */
export interface AnyCommandHandler {
  readonly command: Command<AvpRules, AvpRules>
  /** @throws {DiameterFailure} Which becomes the answer. */
  answerMessage(message: DiameterMessage, from: RequestContext): Promise<DiameterMessage>
}

/** How a request came. */
export interface RequestContext {
  /** The peer whose connection it came by: the sender itself, or a relay agent. */
  readonly peer: PeerDescription
}

/** Answers every request; never rejects. */
export type RequestDesk = (
  message: DiameterMessage,
  from: RequestContext,
) => Promise<DiameterMessage>

/** What a desk is given. */
export interface RequestDeskPorts {
  readonly memory: AnswerMemory
  /** Whether the peer passes on what others made: a relay agent that is trusted. */
  readonly isRelay: (peer: PeerDescription) => boolean
  /** Takes what went wrong inside; the peer sees 5012 only. */
  readonly report: (error: unknown) => void
}

const ROUTING_RULES = {
  sessionId: required(SESSION_ID),
  originHost: required(ORIGIN_HOST),
  destinationRealm: required(DESTINATION_REALM),
  destinationHost: optional(DESTINATION_HOST),
} satisfies AvpRules

/** Any handler, for the list of a desk. */
export function handlerOf<R extends AvpRules, A extends AvpRules>({
  command,
  answer,
}: CommandHandler<R, A>): AnyCommandHandler {
  return {
    command,
    async answerMessage(message, from) {
      const values = await answer(readRequest(command, message), from)
      const answered = writeAnswer(command, values, message)
      return { ...answered, avps: [...answered.avps, ...proxyInfosOf(message)] }
    },
  }
}

/** The desk of a node. */
export function createRequestDesk(
  origin: Origin,
  handlers: readonly AnyCommandHandler[],
  { memory, isRelay, report }: RequestDeskPorts,
): RequestDesk {
  const fail = (message: DiameterMessage, error: unknown): DiameterMessage => {
    if (error instanceof DiameterFailure) return writeFailureAnswer(origin, message, error)
    report(error)
    const failure = refusal('DIAMETER_UNABLE_TO_COMPLY', 'internal failure', 'request')
    return writeFailureAnswer(origin, message, failure)
  }
  return async (message, from) => {
    try {
      const handler = findHandler(handlers, message)
      const { originHost, ...destination } = readRouting(message)
      assertForUs(origin, destination)
      if (!isRelay(from.peer)) assertOwnRequest(from.peer, originHost)
      return await memory.serve(message, originHost, () =>
        handler.answerMessage(message, from).catch((error: unknown) => fail(message, error)),
      )
    } catch (error) {
      return fail(message, error)
    }
  }
}

/** Only what routing needs: unknown mandatory AVPs are judged by who knows the command. */
function readRouting({ avps }: DiameterMessage): ValuesOf<typeof ROUTING_RULES> {
  return readValues(
    ROUTING_RULES,
    avps.filter(({ vendorId }) => vendorId === 0),
  )
}

/** RFC 6733 6.1.4: 3007 for an unknown application, 3001 for an unknown command. */
function findHandler(
  handlers: readonly AnyCommandHandler[],
  { applicationId, commandCode }: DiameterMessage,
): AnyCommandHandler {
  const known = handlers.filter(({ command }) => command.applicationId === applicationId)
  const handler = known.find(({ command }) => command.code === commandCode)
  if (handler !== undefined) return handler
  throw known.length === 0
    ? refusal('DIAMETER_APPLICATION_UNSUPPORTED', 'unknown', `application ${applicationId}`)
    : refusal('DIAMETER_COMMAND_UNSUPPORTED', 'unknown', `command ${commandCode}`)
}

/** We pass nothing on: a request for another host or realm ends here. RFC 6733 6.1.4, 6.1.6 */
function assertForUs(
  { originHost, originRealm }: Origin,
  destination: { readonly destinationRealm: string; readonly destinationHost?: string },
): void {
  if (!isSameIdentity(destination.destinationRealm, originRealm)) {
    throw refusal('DIAMETER_REALM_NOT_SERVED', 'not served here', 'Destination-Realm')
  }
  if (!isSameIdentity(destination.destinationHost ?? originHost, originHost)) {
    throw refusal('DIAMETER_UNABLE_TO_DELIVER', 'not this node', 'Destination-Host')
  }
}

/** Before anything is done or remembered in that name: nobody gets the answers of another. */
function assertOwnRequest(peer: PeerDescription, originHost: string): void {
  if (isSameIdentity(peer.originHost, originHost)) return
  const [failedAvp] = writeValues({ originHost: required(ORIGIN_HOST) }, { originHost })
  throw new DiameterFailure(
    'DIAMETER_INVALID_AVP_VALUE',
    { reason: 'not the peer, which is no relay', field: 'Origin-Host' },
    failedAvp && { failedAvp },
  )
}

function refusal(name: ResultCodeName, reason: string, field: string): DiameterFailure {
  return new DiameterFailure(name, { reason, field })
}
