import { describe, expect, test } from 'vitest'
import { runUiccReaderContract } from '../../test/contracts/uicc-reader.contract.ts'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { generateVector } from '../aka/generate-vector.ts'
import { StoreFailed, TransportFailed } from '../errors/errors.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { computeAutnStar, flipResLsb } from '../gba/gba-u.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { formatFileId } from './card-file.ts'
import { createFileSystem } from './card-file-system.ts'
import {
  challengesFor,
  createMemoryCardState,
  createTestCard,
  SELECT_USIM,
  testProfile,
} from './uicc.fixture.ts'
import { createFunctions, createUicc } from './uicc.ts'

const random = createSeededRandom('uicc')
const challenge = (autn: string) => `10${toHex(WORKED.rand)}10${autn}`
const worked = challengesFor(WORKED.sqn)

runUiccReaderContract('the software card', async () =>
  createUicc(testProfile(), { state: createMemoryCardState(), random }),
)

describe('power', () => {
  test('a reset gives the ATR and clears what is volatile', async () => {
    const { reader, send } = await createTestCard()
    await send(SELECT_USIM)
    expect(toHex(await reader.reset())).toBe('3b9f96801fc78031a073be21136743200718000001a5')
    expect(await send('80f2000112')).toBe('6a88')
  })

  test('a card that is not powered does not answer', async () => {
    const reader = createUicc(testProfile(), { state: createMemoryCardState(), random })
    await expect(reader.transmit(fromHex('80f2000c'))).rejects.toThrow(TransportFailed)
    await reader.reset()
    await reader.close()
    await reader.close()
    await expect(reader.transmit(fromHex('80f2000c'))).rejects.toThrow(TransportFailed)
  })

  test('the state of another card stops the reset', async () => {
    const state = createMemoryCardState()
    const { send } = await createTestCard({}, { state })
    await send(SELECT_USIM)
    await send(worked.gba)
    const other = createUicc(testProfile({ iccid: '8988211000000000099' }), { state, random })
    await expect(other.reset()).rejects.toThrow(StoreFailed)
    await expect(other.transmit(fromHex('80f2000c'))).rejects.toThrow(TransportFailed)
  })
})

describe('commands', () => {
  test('sent at once, they run one after the other', async () => {
    const { send } = await createTestCard()
    await send(SELECT_USIM)
    const answers = await Promise.all([send(worked.gba), send('00c000000a'), send(worked.gba)])
    expect(answers).toEqual(['610a', `db08${toHex(WORKED.resGbaU.reveal())}9000`, '6110'])
  })

  test('a command that fails inside does not stop the next one', async () => {
    const { reader, state, send } = await createTestCard()
    await send(SELECT_USIM)
    state.failure = new TypeError('a fault of the store')
    await expect(reader.transmit(fromHex(worked.gba))).rejects.toThrow(TypeError)
    state.failure = undefined
    expect(await send(worked.gba)).toBe('610a')
  })
})

describe('durable state', () => {
  test('is saved before the answer leaves the card', async () => {
    const { send, state } = await createTestCard()
    await send(SELECT_USIM)
    expect(await send(worked.gba)).toBe('610a')
    const again = await createTestCard({}, { state: { ...state } })
    await again.send(SELECT_USIM)
    expect(await again.send(worked.gba)).toBe('6110')
  })

  test('that cannot be saved: 65 81, and the card is as before', async () => {
    const { send, state } = await createTestCard()
    await send(SELECT_USIM)
    state.failure = new StoreFailed('disk full')
    expect(await send(worked.gba)).toBe('6581')
    expect(await send('00c000000a')).toBe('6985')
    expect(await send('00d68b0a0107')).toBe('6581')
    expect(await send('00b08b0a01')).toBe('019000')
    expect(await send('0020000108 0000000000000000')).toBe('6984')
    expect(await send('0020008108 0000000000000000')).toBe('6581')
    state.failure = undefined
    expect(await send('00200081')).toBe('63c3')
    expect(await send(worked.gba)).toBe('610a')
  })

  test('killed at any moment, the card has the old state or the new one, and no SQN counts twice', async () => {
    const commands = [
      worked.gba,
      '00d68b0a0107',
      challengesFor(0xc0n).umts,
      `0020008108${'00'.repeat(8)}`,
    ]
    for (let kill = 0; kill < commands.length; kill++) {
      for (const moment of ['before', 'after'] as const) {
        const state = createMemoryCardState()
        const { send } = await createTestCard({}, { state })
        await send(SELECT_USIM)
        for (const command of commands.slice(0, kill)) await send(command)
        const save = state.save.bind(state)
        state.save = async (octets) => {
          if (moment === 'after') await save(octets)
          throw new Error('killed')
        }
        await expect(send(commands[kill] as string)).rejects.toThrow('killed')
        state.save = save
        const again = await createTestCard({}, { state })
        await again.send(SELECT_USIM)
        const replayed = await again.send(commands[0] as string)
        const counted = kill > 0 || moment === 'after'
        expect(replayed, `${kill} ${moment}`).toBe(counted ? '6110' : '610a')
      }
    }
  })
})

test('every file can be selected by its path and read', async () => {
  const { send } = await createTestCard({}, { state: createMemoryCardState() })
  const { mf, applications } = createFileSystem(testProfile())
  for (const directory of [mf, ...applications]) {
    const aid = directory.application?.aid
    if (aid !== undefined) await send(`00a4040c10${toHex(aid)}`)
    const start = aid === undefined ? '' : '7fff'
    for (const file of directory.children) {
      if (file.kind === 'directory') continue
      const path = `${start}${formatFileId(file.fileId)}`
      expect(await send(`00a4080c0${path.length / 2}${path}`), file.path).toBe('9000')
      const isBinary = file.kind === 'transparent'
      const command = isBinary ? '00b00000' : '00b20104'
      const length = (file.recordLength ?? file.initial.length).toString(16).padStart(2, '0')
      const contents = toHex(file.initial).slice(0, Number.parseInt(length, 16) * 2)
      expect(await send(`${command}${length}`), file.path).toBe(`${contents}9000`)
      expect(await send(isBinary ? '00b20104ff' : '00b00000ff'), file.path).toBe('6981')
    }
  }
})

test('TUAK: the card of a profile takes the challenge of its home', async () => {
  const authentication = { algorithm: 'tuak', k: 'ab'.repeat(16), topc: 'cd'.repeat(32) }
  const { fetch, send } = await createTestCard({ authentication })
  const functions = createFunctions(testProfile({ authentication }).credentials)
  const input = { rand: WORKED.rand, sqn: WORKED.sqn, amf: new Uint8Array(2) }
  const { autn, xres, ck, ik } = generateVector(functions, input).vector
  const autnStar = toHex(computeAutnStar(autn, ik))
  const xresGbaU = toHex(flipResLsb(xres).reveal())
  await send(SELECT_USIM)
  expect(await send(worked.umts)).toBe('9862')
  expect(await fetch(`0088008423dd${challenge(autnStar)}`)).toBe(`db08${xresGbaU}9000`)
  const { autn: next } = generateVector(functions, { ...input, sqn: 0xc0n }).vector
  expect(await fetch(`0088008122${challenge(toHex(next))}`)).toBe(
    `db08${toHex(xres.reveal())}10${toHex(ck.reveal())}10${toHex(ik.reveal())}9000`,
  )
})
