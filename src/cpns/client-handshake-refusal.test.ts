import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { assertTransaction, refusalIn } from './client-handshake-refusal.ts'
import type { CpnsMessage } from './messages.ts'

const entityId = parseEntityId('urn:x:s')
const response = { name: 'ConnectResponse', transactionId: 't', entityId } as const
const error = { name: 'Error', entityId, status: 503, detail: 'busy' } as const

describe('refusalIn', () => {
  test('the status, and what stands beside it', () => {
    const naf = parseFqdn('naf.example')
    expect(refusalIn({ ...response, status: 401 })).toEqual({ status: 401 })
    expect(refusalIn({ ...response, status: 402, naf })).toEqual({ status: 402, hints: { naf } })
    expect(refusalIn({ ...response, status: 421, keyType: 'ks-int-naf' })).toEqual({
      status: 421,
      keyType: 'ks-int-naf',
    })
    expect(refusalIn({ ...response, status: 429, retryAfter: 7 })).toEqual({
      status: 429,
      retryAfter: 7,
    })
    expect(refusalIn({ ...error, transactionId: 't' })).toEqual({ status: 503 })
    const assignment = { ...response, name: 'EUKeyAssignmentResponse' } as const
    expect(refusalIn({ ...assignment, status: 401 })).toEqual({ status: 401 })
    expect(refusalIn({ ...assignment, status: 429, retryAfter: 7 })).toEqual({
      status: 429,
      retryAfter: 7,
    })
  })

  test('a success or another message is none', () => {
    const hash = new Uint8Array(32)
    expect(refusalIn({ ...response, status: 200, hash })).toBeUndefined()
    const authResData = { hash, state: hash }
    const message: CpnsMessage = { ...response, name: 'AuthenticateResponse', authResData }
    expect(refusalIn(message)).toBeUndefined()
  })
})

describe('assertTransaction', () => {
  test('takes messages of the exchange, and an Error without TransactionID', () => {
    expect(() => assertTransaction({ ...response, status: 401 }, 't')).not.toThrow()
    expect(() => assertTransaction(error, 't')).not.toThrow()
  })

  test('refuses those of another', () => {
    expect(() => assertTransaction({ ...response, status: 401 }, 'T')).toThrow(InvalidMessage)
    expect(() => assertTransaction({ ...error, transactionId: 'u' }, 't')).toThrow(InvalidMessage)
  })
})
