/** The EUKey operations as a terminal sends them, and every answer that a card may give. K-1 */
import { MAX_LE } from '../apdu/command-apdu.ts'
import {
  EUKEY_DIGEST_LENGTH,
  EUKEY_RANDOM_LENGTH,
  encodeEuKeyConfirmation,
  encodeEuKeyProof,
} from '../apdu/eukey-command.ts'
import { INS, INSTRUCTION_NAMES } from '../apdu/instructions.ts'
import type { ResponseApdu } from '../apdu/response-apdu.ts'
import { SW } from '../apdu/status-words.ts'
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { encodeNafId, type NafId } from '../identity/naf-id.ts'
import { toHex } from '../octets/octets.ts'
import type { EuKeyOperations } from './gba-card.ts'
import { CardRefused, type CommandSender, isOk } from './uicc-terminal-commands.ts'

const CLA = 0x80

/**
 * START, PROVE and CONFIRM EUKEY for one NAF_Id. Each rejects with `CardRefused` for a status word that is
 * none of its outcomes, and with `InvalidMessage` if what the card gives has another length than it should.
 */
export function createEuKeyOperations(sender: CommandSender, nafId: NafId): EuKeyOperations {
  return {
    async start() {
      const fields = { NAF: nafId.nafFqdn, UaID: nafId.uaId }
      const command = { ins: INS.startEuKey, data: encodeNafId(nafId), fields }
      const response = await send(sender, command)
      if (NOT_OFFERED.includes(response.sw)) return { outcome: 'not-offered' }
      if (response.sw === SW.referencedDataNotFound) return { outcome: 'unknown-naf-id' }
      const randomClient = dataOf(response, command.ins, EUKEY_RANDOM_LENGTH)
      return { outcome: 'started', randomClient }
    },
    async prove(proof) {
      const fields = { RAND_server: toHex(proof.randomServer) }
      const command = { ins: INS.proveEuKey, data: encodeEuKeyProof(proof), fields }
      const response = await send(sender, command)
      if (response.sw === SW.conditionsNotSatisfied) return { outcome: 'out-of-turn' }
      return { outcome: 'proved', hash: dataOf(response, command.ins, EUKEY_DIGEST_LENGTH) }
    },
    async confirm(confirmation) {
      const command = { ins: INS.confirmEuKey, data: encodeEuKeyConfirmation(confirmation) }
      const response = await send(sender, command)
      if (response.sw === SW.conditionsNotSatisfied) return { outcome: 'out-of-turn' }
      if (response.sw === SW.incorrectMac) return { outcome: 'hash-wrong' }
      const sessionKey = Secret.of(dataOf(response, command.ins, EUKEY_DIGEST_LENGTH))
      return { outcome: 'confirmed', sessionKey }
    },
  }
}

const NOT_OFFERED: readonly number[] = [SW.instructionNotSupported, SW.classNotSupported]

interface EuKeyCommand {
  readonly ins: number
  readonly data: Uint8Array
  readonly fields?: Readonly<Record<string, string>>
}

function send(sender: CommandSender, { ins, data, fields }: EuKeyCommand): Promise<ResponseApdu> {
  const traced = { message: nameOf(ins), ...(fields !== undefined && { fields }) }
  return sender.send({ cla: CLA, ins, p1: 0, p2: 0, data, le: MAX_LE }, traced)
}

function dataOf(response: ResponseApdu, ins: number, length: number): Uint8Array {
  if (!isOk(response)) throw new CardRefused(nameOf(ins), response)
  if (response.data.length !== length) {
    throw new InvalidMessage(`not ${length} octets`, `answer to ${nameOf(ins)}`)
  }
  return response.data
}

function nameOf(ins: number): string {
  return INSTRUCTION_NAMES[ins] ?? 'EUKEY'
}
