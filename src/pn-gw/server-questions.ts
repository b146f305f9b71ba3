/** Questions of a PN GW to its server in control records, and their answers. M-7, Design 7 */
import type {
  CpnsMessage,
  ErrorMessage,
  UserInfoInstallation,
  UserInfoRegistration,
} from '../cpns/messages.ts'
import { TransportFailed } from '../errors/errors.ts'
import type { Clock } from '../ports/clock.ts'

/** What the server says to a UserInfoRegistration. */
export type ServerAnswer = UserInfoInstallation | ErrorMessage

interface Question {
  readonly answered: (answer: ServerAnswer) => void
  readonly failed: (error: Error) => void
}

const ANSWER_MS = 30_000

/** Questions that wait for an answer, by TransactionID. */
export class ServerQuestions {
  readonly #parts: {
    readonly clock: Clock
    readonly askServer: (message: UserInfoRegistration) => Promise<void>
  }
  readonly #open = new Map<string, Question>()

  /** @param parts.askServer Sends a control record. */
  constructor(parts: {
    readonly clock: Clock
    readonly askServer: (message: UserInfoRegistration) => Promise<void>
  }) {
    this.#parts = parts
  }

  /**
   * Asks, and waits for the answer.
   *
   * @throws {TransportFailed} If there is none in time, or one of this TransactionID waits already.
   * @throws {CpnsError} As sending.
   */
  async ask(message: UserInfoRegistration): Promise<ServerAnswer> {
    const { transactionId } = message
    if (this.#open.has(transactionId)) throw new TransportFailed('this exchange is under way')
    const answer = new Promise<ServerAnswer>((answered, failed) => {
      this.#open.set(transactionId, { answered, failed })
    })
    const late = new TransportFailed('the server did not answer in time')
    const timer = this.#parts.clock.setTimer(ANSWER_MS, () => this.#fail(transactionId, late))
    // What cannot be sent is not waited for.
    this.#parts.askServer(message).catch((error: Error) => this.#fail(transactionId, error))
    try {
      return await answer
    } finally {
      timer.cancel()
      this.#open.delete(transactionId)
    }
  }

  /** Takes what came in a control record; what nobody asked for is passed over. */
  takeAnswer(message: CpnsMessage): void {
    if (message.name !== 'UserInfoInstallation' && message.name !== 'Error') return
    this.#open.get(message.transactionId ?? '')?.answered(message)
  }

  /** Nothing more is answered. */
  stop(): void {
    for (const transactionId of Array.from(this.#open.keys())) {
      this.#fail(transactionId, new TransportFailed('the PN GW stops'))
    }
  }

  #fail(transactionId: string, error: Error): void {
    this.#open.get(transactionId)?.failed(error)
  }
}
