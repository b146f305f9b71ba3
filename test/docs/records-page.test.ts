import { describe, expect, test } from 'vitest'
import {
  ATTACH_ANSWER_TYPE,
  ATTACH_FRAME_LENGTH,
  ATTACH_REQUEST_TYPE,
  deriveAttachmentKeys,
  encodeAttachAnswer,
  encodeAttachRequest,
} from '../../src/cpns/attachment.ts'
import { MAX_MESSAGE_OCTETS } from '../../src/cpns/messages.ts'
import {
  createRecordChannel,
  MAX_RECORD_OCTETS,
  RECORD_HEADER_LENGTH,
  RECORD_TYPES,
} from '../../src/cpns/record.ts'
import {
  decodeRelayContent,
  encodePing,
  encodeRelayContent,
  MAX_PAYLOAD_OCTETS,
} from '../../src/cpns/record-content.ts'
import { deriveSessionId } from '../../src/cpns/session-keys.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { parseEntityId } from '../../src/identity/entity-id.ts'
import { fromHex, toHex, utf8 } from '../../src/octets/octets.ts'
import {
  codesIn,
  readPage,
  readProjectFile,
  sectionOf,
  tablesOf,
  tableUnder,
  unwrapped,
} from './pages.fixture.ts'

const page = readPage('reference/records.md')
const prose = unwrapped(page)
const example = new Map(
  tableUnder(page, 'A worked example').rows.map(([item = '', octets = '']) => [
    item,
    codesIn(octets)[0] ?? '',
  ]),
)
const octetsOf = (item: string): Uint8Array => fromHex(example.get(item) ?? '')
const hexCode = (number: number): string => `\`${number.toString(16).padStart(2, '0')}\``

describe('reference/records.md', () => {
  test('types of records', () => {
    const [, types] = tablesOf(sectionOf(page, 'Records'))
    const documented = types?.rows.map(([type, name]) => [name, type])
    expect(documented).toEqual(
      Object.entries(RECORD_TYPES).map(([name, number]) => [name, hexCode(number)]),
    )
  })

  test('lengths', () => {
    const [, second] = tableUnder(page, 'Attach frames').rows
    expect(second?.slice(1)).toEqual([hexCode(ATTACH_REQUEST_TYPE), hexCode(ATTACH_ANSWER_TYPE)])
    expect(prose).toContain(`${ATTACH_FRAME_LENGTH} octets. The client asks`)
    expect(prose).toContain(`The first ${RECORD_HEADER_LENGTH} octets are the associated data`)
    expect(prose).toContain(`at most ${MAX_RECORD_OCTETS} octets in all`)
    expect(page).toContain(
      `XML (at most ${MAX_MESSAGE_OCTETS}), payload (at most ${MAX_PAYLOAD_OCTETS})`,
    )
  })

  test('the worked example is that of the vectors', () => {
    const [vector] = JSON.parse(readProjectFile('test/vectors/cpns-handshake.json')).vectors
    const strings = JSON.stringify(vector)
    expect([...example.values()].filter((octets) => !strings.includes(`"${octets}"`))).toEqual([])
  })

  test('the worked example comes out of the code', () => {
    const sessionKey = Secret.of(octetsOf('session key'))
    const sessionId = deriveSessionId(sessionKey)
    expect(sessionId).toBe(example.get('SessionID'))
    const clientNonce = octetsOf('attach request').slice(-16)
    const serverNonce = octetsOf('attach answer').slice(-16)
    expect(encodeAttachRequest({ sessionId, clientNonce })).toEqual(octetsOf('attach request'))
    expect(encodeAttachAnswer({ sessionId, serverNonce })).toEqual(octetsOf('attach answer'))

    const keys = () => deriveAttachmentKeys(sessionKey, { clientNonce, serverNonce })
    expect(toHex(keys().uplink.key.reveal())).toBe(example.get('uplink key'))
    expect(toHex(keys().downlink.key.reveal())).toBe(example.get('downlink key'))
    expect(toHex(keys().uplink.salt.reveal())).toBe(example.get('uplink salt'))
    expect(toHex(keys().downlink.salt.reveal())).toBe(example.get('downlink salt'))

    const client = createRecordChannel({ side: 'client', sessionId, keys: keys() })
    const server = createRecordChannel({ side: 'server', sessionId, keys: keys() })
    const request = client.seal('ping', encodePing('request'))
    const answer = server.seal('ping', encodePing('answer'))
    const content = { entityId: parseEntityId('urn:p'), octets: utf8('<a/>') }
    const relay = client.seal('relay', encodeRelayContent(content))
    expect(request).toEqual(octetsOf('ping request, uplink, sequence 0'))
    expect(answer).toEqual(octetsOf('ping answer, downlink, sequence 0'))
    expect(relay).toEqual(octetsOf('relay, uplink, sequence 1'))
    expect(decodeRelayContent(octetsOf('content of the relay record'))).toEqual(content)
  })
})
