/** What `cpns lab --json` prints, read again. */
import { createMilenage } from '../../src/aka/milenage.ts'
import { decodeSqn } from '../../src/aka/sqn.ts'
import { IMSI } from '../../src/lab/lab-names.ts'
import { fromHex, xorOctets } from '../../src/octets/octets.ts'
import type { CardProfile } from '../../src/uicc/card-profile.ts'

/** One line; which fields it has, `kind` says. */
export interface LabEvent {
  readonly kind: string
  readonly atMs?: number
  readonly step?: number
  readonly point?: string
  readonly side?: string
  readonly message?: string
  readonly text?: string
  readonly ok?: boolean
  readonly reason?: string
  readonly fields?: Readonly<Record<string, string | number>>
  readonly addresses?: readonly { readonly entity: string; readonly address: string }[]
}

/** Events of a whole output; a line that a killed process did not finish is left out. */
export function labEvents(stdout: string): LabEvent[] {
  const whole = stdout.slice(0, stdout.lastIndexOf('\n') + 1)
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LabEvent)
}

/** Ports that the lab listens on. */
export function labPorts(events: readonly LabEvent[]): number[] {
  const { addresses = [] } = events.find(({ kind }) => kind === 'started') ?? {}
  return addresses.flatMap(({ address }) =>
    address.includes('://') ? [Number(new URL(address).port)] : [],
  )
}

/** A challenge as the HSS gave it out. */
export interface IssuedVector {
  readonly rand: string
  readonly sqn: bigint
}

/** Vectors that the HSS issued for a card, in order. AUTN = (SQN ⊕ AK) ‖ AMF ‖ MAC. TS 33.102 6.3.2 */
export function issuedVectors(events: readonly LabEvent[], card: CardProfile): IssuedVector[] {
  const { subscriberKey: k, operatorVariant: opc } = card.credentials
  const milenage = createMilenage({ k, opc })
  return events.flatMap(({ point, side, message, fields = {} }) => {
    const { RAND: rand, AUTN: autn, 'User-Name': userName } = fields
    const isAnswer = point === 'Zh' && side === 'sent' && message === 'Multimedia-Auth-Answer'
    const isOwn = String(userName).startsWith(`${IMSI}@`)
    if (!isAnswer || !isOwn || typeof rand !== 'string' || typeof autn !== 'string') return []
    const { ak } = milenage.f2345(fromHex(rand))
    const sqn = decodeSqn(xorOctets(fromHex(autn).subarray(0, ak.length), ak))
    return [{ rand, sqn }]
  })
}
