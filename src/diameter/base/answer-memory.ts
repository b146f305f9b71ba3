/**
 * Answers to requests that may come again: a request with the T flag whose first copy was served gets the
 * same answer, and nothing is done twice. RFC 6733 3 "T(Potentially re-transmitted message)", 5.5.4
 *
 * It knows what this process has served; a copy that reaches another node is served there.
 */
import type { Clock } from '../../ports/clock.ts'
import { type DiameterMessage, decodeMessage, encodeMessage } from './message.ts'

/** How much is remembered. */
export interface AnswerMemoryOptions {
  /** RFC 6733 3 asks a sender to keep an End-to-End Identifier unique for four minutes. */
  readonly lifetimeMs: number
  readonly maxAnswers: number
  /** Of all answers together: one with a GUSS may have 60,000. */
  readonly maxOctets: number
}

/** What was answered lately. */
export interface AnswerMemory {
  /**
   * Serves a request, unless it is a copy of one that is remembered or still being served.
   *
   * @param originHost Of the request; with its End-to-End Identifier it says which request it is.
   */
  serve(
    request: DiameterMessage,
    originHost: string,
    serve: () => Promise<DiameterMessage>,
  ): Promise<DiameterMessage>
  /** How many are remembered. */
  readonly size: number
}

interface Entry {
  readonly atMs: number
  /** As octets once it is made: 100,000 answers as objects keep the garbage collector busy. */
  answer: Promise<DiameterMessage> | Uint8Array
}

/** An empty memory. */
export function createAnswerMemory(
  { lifetimeMs, maxAnswers, maxOctets }: AnswerMemoryOptions,
  clock: Clock,
): AnswerMemory {
  /** In the order in which they were served. */
  const answers = new Map<string, Entry>()
  let octets = 0

  const forget = (key: string): void => {
    const answer = answers.get(key)?.answer
    if (answer instanceof Uint8Array) octets -= answer.length
    answers.delete(key)
  }

  const forgetOld = (nowMs: number): void => {
    for (const [key, { atMs }] of answers) {
      const isFull = answers.size > maxAnswers || octets > maxOctets
      if (!isFull && nowMs - atMs < lifetimeMs) return
      forget(key)
    }
  }

  /** An entry that was forgotten meanwhile stays so. */
  const keep = (key: string, entry: Entry, answer: Uint8Array): void => {
    entry.answer = answer
    if (answers.get(key) === entry) octets += answer.length
  }

  return {
    async serve(request, originHost, serve) {
      const nowMs = clock.monotonicMs()
      forgetOld(nowMs)
      const key = `${request.endToEnd} ${request.commandCode} ${originHost.toLowerCase()}`
      const { hopByHop } = request
      const former = request.retransmitted ? answers.get(key) : undefined
      if (former !== undefined) return { ...(await messageOf(former)), hopByHop }
      const entry: Entry = { atMs: nowMs, answer: serve() }
      forget(key)
      answers.set(key, entry)
      const answer = await messageOf(entry)
      keep(key, entry, encodeMessage(answer))
      return { ...answer, hopByHop }
    },
    get size() {
      return answers.size
    },
  }
}

function messageOf({ answer }: Entry): Promise<DiameterMessage> | DiameterMessage {
  return answer instanceof Uint8Array ? decodeMessage(answer) : answer
}
