/**
 * The vectors are computed here a second time, straight down the page with `node:crypto` alone, so that
 * they stand without our code; the tests of the modules compare our code with them.
 */
import { createCipheriv, createHash, createHmac, hkdfSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { HANDSHAKE_VECTORS, VECTOR_FILE } from './handshake-vectors.fixture.ts'

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
const hmac = (key: Buffer, ...parts: (Buffer | string)[]): Buffer => {
  const mac = createHmac('sha256', key)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

describe.each(HANDSHAKE_VECTORS)('vector $id', (vector) => {
  const { connectRequest, authenticateRequest, authenticateResponse } = vector.messages
  const euKey = hex(VECTOR_FILE.euKey)
  const salt = Buffer.concat([hex(VECTOR_FILE.randomClient), hex(VECTOR_FILE.randomServer)])
  const two = Buffer.concat([sha256(connectRequest), sha256(authenticateRequest)])
  const three = Buffer.concat([two, sha256(authenticateResponse)])

  test('digests', () => {
    expect(vector.digests.join('')).toBe(three.toString('hex'))
  })

  test('HASHes', () => {
    const isPlain = vector.algorithm === 'SHA-1'
    const plain = (...texts: string[]) =>
      createHash('sha1').update(texts.join('')).update(euKey).digest()
    const clientHash = isPlain
      ? plain(connectRequest, authenticateRequest)
      : hmac(euKey, 'CPNS client\0', two)
    const serverHash = isPlain
      ? plain(connectRequest, authenticateRequest, authenticateResponse)
      : hmac(euKey, 'CPNS server\0', three)
    expect(vector.clientHash).toBe(clientHash.toString('hex'))
    expect(vector.serverHash).toBe(serverHash.toString('hex'))
    expect(authenticateResponse).toContain(` HASH="${clientHash.toString('base64')}" `)
    expect(vector.messages.connectResponse).toContain(` HASH="${serverHash.toString('base64')}"/>`)
    expect(vector.assignmentClientHash).toBe(
      hmac(euKey, 'CPNS eukey client\0', two).toString('hex'),
    )
    expect(vector.assignmentServerHash).toBe(
      hmac(euKey, 'CPNS eukey server\0', three).toString('hex'),
    )
  })

  test('session key and SessionID', () => {
    const info = Buffer.concat([Buffer.from('CPNS session\0'), two])
    const sessionKey = Buffer.from(hkdfSync('sha256', euKey, salt, info, 32))
    expect(vector.prk).toBe(hmac(salt, euKey).toString('hex'))
    expect(vector.sessionKey).toBe(sessionKey.toString('hex'))
    const id = hmac(sessionKey, 'CPNS session id', '\u0001').subarray(0, 16)
    expect(vector.sessionId).toBe(id.toString('hex'))
  })

  test('attachment keys', () => {
    const nonces = VECTOR_FILE.clientNonce + VECTOR_FILE.serverNonce
    const info = Buffer.concat([Buffer.from('CPNS attach\0'), hex(nonces)])
    const sessionKey = hex(vector.sessionKey)
    const t1 = hmac(sessionKey, info, '\u0001')
    const t2 = hmac(sessionKey, t1, info, '\u0002')
    const t3 = hmac(sessionKey, t2, info, '\u0003')
    const okm = Buffer.concat([t1, t2, t3]).subarray(0, 72).toString('hex')
    const { uplinkKey, downlinkKey, uplinkSalt, downlinkSalt } = vector
    expect(uplinkKey + downlinkKey + uplinkSalt + downlinkSalt).toBe(okm)
    expect(vector.attachRequest).toBe(`0100${vector.sessionId}${VECTOR_FILE.clientNonce}`)
    expect(vector.attachAnswer).toBe(`0180${vector.sessionId}${VECTOR_FILE.serverNonce}`)
  })

  test.each(vector.records)('$type record $sequence of the $side', (sealed) => {
    const [key, nonceSalt] =
      sealed.side === 'client'
        ? [vector.uplinkKey, vector.uplinkSalt]
        : [vector.downlinkKey, vector.downlinkSalt]
    const sequence = sealed.sequence.toString(16).padStart(16, '0')
    const type = { message: '01', relay: '02', ping: '03', close: '04', control: '05' }[sealed.type]
    const header = hex(`01${type}${vector.sessionId}${sequence}`)
    const cipher = createCipheriv('aes-256-gcm', hex(key), hex(nonceSalt + sequence))
    cipher.setAAD(header)
    const parts = [header, cipher.update(hex(sealed.content)), cipher.final(), cipher.getAuthTag()]
    expect(sealed.record).toBe(Buffer.concat(parts).toString('hex'))
  })
})
