import { describe, expect, test } from 'vitest'
import { fixedCredentials, gbaCredentials, keyOf } from '../../test/support/cpns-world.ts'
import { ConnectRefused, type CredentialSource } from '../cpns/credentials.ts'
import { AuthenticationFailed, TransportFailed } from '../errors/errors.ts'
import { noLog } from '../ports/log.ts'
import { createFallbackCredentials } from './fallback-credentials.ts'

const password = fixedCredentials({ euKey: keyOf(9), keyType: 'assigned' })
const failing = (error: Error): CredentialSource => ({ obtain: () => Promise.reject(error) })

function sourceWith(gba: CredentialSource) {
  const warned: string[] = []
  const log = { ...noLog, warn: (event: string) => void warned.push(event) }
  return { source: createFallbackCredentials({ gba, password, log }), warned }
}

describe('the password is used', () => {
  test.each([
    ['bootstrapping fails', new AuthenticationFailed('MAC')],
    ['the server refuses GBA', new ConnectRefused('no', 402)],
  ])('when %s, and a log says so', async (_, error) => {
    const { source, warned } = sourceWith(failing(error))
    expect(await source.obtain()).toMatchObject({ keyType: 'assigned' })
    expect(warned).toEqual(['gba-failed-password-used'])
  })

  test('when the server demands a key that the card has not', async () => {
    const { source } = sourceWith(fixedCredentials(gbaCredentials(1)))
    expect(await source.obtain()).toMatchObject({ keyType: 'ks-ext-naf' })
    expect(await source.raiseDemand?.('assigned')).toMatchObject({ keyType: 'assigned' })
  })

  test('until the server refuses it too', async () => {
    const { source } = sourceWith(failing(new AuthenticationFailed('MAC')))
    await source.obtain()
    await expect(source.obtain({})).rejects.toThrow('knows no such EUKey')
  })
})

describe('the password is not used', () => {
  test('while the card does', async () => {
    const { source, warned } = sourceWith(fixedCredentials(gbaCredentials(1)))
    expect(await source.obtain()).toMatchObject({ keyType: 'ks-ext-naf' })
    expect(warned).toEqual([])
  })

  test('when the BSF cannot be reached: trying again may help', async () => {
    const { source } = sourceWith(failing(new TransportFailed('no BSF')))
    await expect(source.obtain()).rejects.toThrow(TransportFailed)
  })

  test('any more, when the card is back', async () => {
    let isBack = false
    const { source } = sourceWith({
      async obtain() {
        if (!isBack) throw new AuthenticationFailed('no card')
        return gbaCredentials(1)
      },
    })
    expect(await source.obtain()).toMatchObject({ keyType: 'assigned' })
    isBack = true
    expect(await source.obtain()).toMatchObject({ keyType: 'ks-ext-naf' })
  })
})
