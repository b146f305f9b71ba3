/**
 * A software UICC, the other half of every terminal from reset to status words. It can stand in for a
 * real card behind every `UiccReader`. TS 102 221, TS 31.102, TS 31.103
 */
import type { AkaFunctions } from '../aka/aka-functions.ts'
import { createMilenage } from '../aka/milenage.ts'
import { createTuak } from '../aka/tuak.ts'
import type { ApplicationName } from '../apdu/aid.ts'
import { encodeResponse } from '../apdu/response-apdu.ts'
import { SW } from '../apdu/status-words.ts'
import type { UiccReader } from '../apdu/uicc-reader.ts'
import { StoreFailed, TransportFailed } from '../errors/errors.ts'
import type { Random } from '../ports/random.ts'
import { type Card, type CardState, freshSession, NO_OCTETS, type Outcome } from './card.ts'
import { createFileSystem } from './card-file-system.ts'
import { initialMemory } from './card-memory.ts'
import type { CardCredentials, CardProfile } from './card-profile.ts'
import type { CardStateStore } from './card-state-store.ts'
import { interpretCommand } from './interpret-command.ts'
import { createMemorySealer } from './sealed-memory.ts'

/** What a card needs of its surroundings. */
export interface UiccPorts {
  /** Where its durable state lives; one card, one store. */
  readonly state: CardStateStore
  readonly random: Random
  /**
   * f-functions of an application that does not use those of the profile, for instance the cdma2000 set
   * of a CSIM; its SQN array is then its own.
   */
  readonly functions?: Readonly<Partial<Record<ApplicationName, AkaFunctions>>>
}

/**
 * The card of a profile, not powered yet: `reset` reads its state. Commands run one after the other.
 *
 * What a command changes is saved before its answer is given; if it cannot be saved, the answer is 65 81
 * and the card is as it was before. A state that does not open under the card's keys stops the reset.
 */
export function createUicc(profile: CardProfile, ports: UiccPorts): UiccReader {
  const card = createCard(profile, ports)
  const sealer = createMemorySealer(profile, ports.random)
  let state: CardState | undefined
  let last: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const result = last.then(run)
    last = result.catch(() => undefined)
    return result
  }

  const powerUp = async (): Promise<Uint8Array> => {
    state = undefined
    const stored = await ports.state.load()
    const memory = stored === undefined ? initialMemory(profile) : sealer.open(stored)
    state = { memory, session: freshSession(card.files.mf) }
    return profile.atr.slice()
  }

  const settle = async (before: CardState, { state: after, sw, data }: Outcome) => {
    try {
      if (after.memory !== before.memory) await ports.state.save(sealer.seal(after.memory))
    } catch (error) {
      if (error instanceof StoreFailed) return { sw: SW.memoryProblem, data: NO_OCTETS }
      throw error
    }
    state = after
    return { sw, data: data ?? NO_OCTETS }
  }

  return {
    name: `software:${profile.iccid}`,
    reset: () => inTurn(powerUp),
    transmit: (command) =>
      inTurn(async () => {
        if (state === undefined) throw new TransportFailed('the card is not powered')
        return encodeResponse(await settle(state, interpretCommand(card, state, command)))
      }),
    close: () =>
      inTurn(async () => {
        state = undefined
      }),
  }
}

/** The f-functions that a profile names. */
export function createFunctions(credentials: CardCredentials): AkaFunctions {
  const { subscriberKey: k, operatorVariant, tuak } = credentials
  return tuak === undefined
    ? createMilenage({ k, opc: operatorVariant })
    : createTuak({ k, topc: operatorVariant }, tuak)
}

function createCard(profile: CardProfile, ports: UiccPorts): Card {
  const shared = createFunctions(profile.credentials)
  return {
    profile,
    files: createFileSystem(profile),
    random: ports.random,
    functionsOf(application) {
      const own = ports.functions?.[application]
      return own === undefined
        ? { functions: shared, sqnOwner: 'card' }
        : { functions: own, sqnOwner: application }
    },
  }
}
