/** What every `UiccReader` has to do, whatever card is in it; a card with a USIM or an EF_DIR at least. */
import { describe, expect, test } from 'vitest'
import { decodeResponse } from '../../src/apdu/response-apdu.ts'
import type { UiccReader } from '../../src/apdu/uicc-reader.ts'
import { fromHex } from '../../src/octets/octets.ts'

const SELECT_MF = fromHex('00a40004023f00')
const SELECT_DIR = fromHex('00a4000c022f00')

/** @param openReader Gives a reader that was not reset yet, with a card that no other test uses now. */
export function runUiccReaderContract(name: string, openReader: () => Promise<UiccReader>): void {
  const withReader = async (run: (reader: UiccReader) => Promise<void>) => {
    const reader = await openReader()
    try {
      await run(reader)
    } finally {
      await reader.close()
    }
  }

  describe(`UiccReader contract: ${name}`, () => {
    test('has a name', () => withReader(async (reader) => expect(reader.name).not.toBe('')))

    test('a reset gives an ATR, again and again', () =>
      withReader(async (reader) => {
        const atr = await reader.reset()
        expect([0x3b, 0x3f]).toContain(atr[0])
        expect(await reader.reset()).toEqual(atr)
      }))

    test('SELECT MF: 61xx is passed on, GET RESPONSE gives the FCP template', () =>
      withReader(async (reader) => {
        await reader.reset()
        const { sw, data } = decodeResponse(await reader.transmit(SELECT_MF))
        expect([sw >> 8, data.length]).toEqual([0x61, 0])
        const getResponse = Uint8Array.of(0x00, 0xc0, 0x00, 0x00, sw & 0xff)
        const answer = decodeResponse(await reader.transmit(getResponse))
        expect([answer.sw, answer.data[0]]).toEqual([0x9000, 0x62])
        expect(answer.data).toHaveLength(sw & 0xff)
      }))

    test('6Cxx is passed on, and the same command with that Le is answered', () =>
      withReader(async (reader) => {
        await reader.reset()
        await reader.transmit(SELECT_DIR)
        const { sw } = decodeResponse(await reader.transmit(fromHex('00b2010400')))
        expect(sw >> 8).toBe(0x6c)
        const record = await reader.transmit(Uint8Array.of(0x00, 0xb2, 0x01, 0x04, sw & 0xff))
        expect(decodeResponse(record).sw).toBe(0x9000)
        expect(decodeResponse(record).data[0]).toBe(0x61)
      }))

    test('a refusal is an answer, not an error', () =>
      withReader(async (reader) => {
        await reader.reset()
        expect(decodeResponse(await reader.transmit(fromHex('00a4000c02ffff'))).sw).toBe(0x6a82)
        expect(decodeResponse(await reader.transmit(fromHex('00ee0000'))).sw).toBe(0x6d00)
      }))

    test('a reset goes back to the MF', () =>
      withReader(async (reader) => {
        await reader.reset()
        await reader.transmit(SELECT_DIR)
        await reader.reset()
        const { sw } = decodeResponse(await reader.transmit(fromHex('00b2010400')))
        expect(sw).toBe(0x6986)
      }))

    test('closing twice does no harm', async () => {
      const reader = await openReader()
      await reader.reset()
      await reader.close()
      await reader.close()
      await expect(reader.transmit(SELECT_MF)).rejects.toMatchObject({ code: 'transport-failed' })
    })
  })
}
