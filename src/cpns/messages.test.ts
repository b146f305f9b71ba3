import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { parseBtid } from '../identity/btid.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import { fromUtf8, utf8 } from '../octets/octets.ts'
import {
  anyMessage,
  FULL_EXAMPLES,
  inNamespace,
  revealed,
  schemaFault,
} from './messages.fixture.ts'
import {
  type ConnectRequest,
  decodeMessage,
  encodeMessage,
  type MessageName,
  transactionIdOf,
} from './messages.ts'

const NAMES = Object.keys(FULL_EXAMPLES) as MessageName[]
const RAND = 'AAAAAAAAAAAAAAAAAAAAAA=='

/** What may be left out of the examples. Design 6 */
const OPTIONAL: Partial<Record<MessageName, readonly string[]>> = {
  ConnectRequest: ['Via', 'BTID', 'KeyType', 'Algorithms'],
  ConnectResponse: ['BSF', 'NAF', 'UaID', 'KeyType', 'RetryAfter'],
  EUKeyAssignmentRequest: ['Algorithms', 'Nonce'],
  EUKeyAssignmentResponse: ['RetryAfter'],
  UserInfoRegistration: ['UserID', 'Code'],
  PnRegistration: ['PNID', 'Alias'],
  PnRegistrationResult: ['PNID', 'Members', 'Lifetime'],
  MessageResult: ['RetryAfter'],
  Disconnect: ['Reason'],
  Error: ['TransactionID'],
}

function faultOf(octets: Uint8Array): { field: string; reason: string } | undefined {
  try {
    decodeMessage(octets)
    return undefined
  } catch (error) {
    if (!(error instanceof InvalidMessage)) throw error
    return { field: error.field, reason: error.reason }
  }
}

const read = (document: string) => faultOf(inNamespace(document))

const request: ConnectRequest = {
  name: 'ConnectRequest',
  transactionId: 'a<b',
  entityId: parseEntityId('urn:uuid:1&2'),
  randomClient: new Uint8Array(16),
  role: 'pn-gw',
  btid: parseBtid(`${RAND}@bsf.example`),
  keyType: 'ks-ext-naf',
  algorithms: ['HMAC-SHA-256'],
}

describe('octets of a message', () => {
  test('begin with "<", name the namespace once and hold the items as attributes', () => {
    expect(fromUtf8(encodeMessage(request))).toBe(
      '<ConnectRequest xmlns="urn:oma:xml:cpns:core:1.1" TransactionID="a&lt;b" ' +
        `EntityID="urn:uuid:1&amp;2" RAND="${RAND}" Role="pn-gw" BTID="${RAND}@bsf.example" ` +
        'KeyType="ks-ext-naf" Algorithms="HMAC-SHA-256"/>',
    )
  })

  test('of AuthReqData and AuthResData hold theirs as attributes too', () => {
    const octets = encodeMessage({
      name: 'AuthenticateRequest',
      transactionId: 't',
      entityId: parseEntityId('urn:x:s'),
      authReqData: {
        randomServer: new Uint8Array(16),
        algorithm: 'SHA-1',
        sessionLifetime: 3600,
        state: Uint8Array.of(0, 0, 0),
      },
    })
    expect(fromUtf8(octets)).toBe(
      '<AuthenticateRequest xmlns="urn:oma:xml:cpns:core:1.1" TransactionID="t" EntityID="urn:x:s">' +
        `<AuthReqData RAND="${RAND}" Algorithm="SHA-1" SessionLifetime="3600" State="AAAA"/>` +
        '</AuthenticateRequest>',
    )
  })

  test('are read back as they were, and are valid by the schema', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const octets = encodeMessage(message)
        expect(revealed(decodeMessage(octets))).toEqual(revealed(message))
        expect(schemaFault(octets)).toBeUndefined()
      }),
      { seed: 3, numRuns: 600 },
    )
  })

  test.each(NAMES)('%s: everything that can be in it', (name) => {
    const octets = inNamespace(FULL_EXAMPLES[name])
    expect(schemaFault(octets)).toBeUndefined()
    const message = decodeMessage(octets)
    expect(message.name).toBe(name)
    expect(Buffer.from(encodeMessage(message))).toEqual(Buffer.from(octets))
  })

  test('absent Algorithms stand for HMAC-SHA-256, unknown names are kept', () => {
    const without = inNamespace(FULL_EXAMPLES.ConnectRequest.replace(/ Algorithms="[^"]*"/, ''))
    expect(decodeMessage(without)).toMatchObject({ algorithms: ['HMAC-SHA-256'] })
    const unknown = inNamespace(FULL_EXAMPLES.ConnectRequest.replace('SHA-1', 'SHA3-512'))
    expect(decodeMessage(unknown)).toMatchObject({ algorithms: ['HMAC-SHA-256', 'SHA3-512'] })
  })

  test('a received message may have an XML declaration, comments and line ends', () => {
    const document = fromUtf8(inNamespace(FULL_EXAMPLES.AuthenticateResponse))
    const spaced = `<?xml version="1.0" encoding="UTF-8"?>\n${document.replaceAll('><', '>\n<!-- c --><')}`
    expect(decodeMessage(utf8(spaced)).name).toBe('AuthenticateResponse')
  })
})

describe('what is missing or too much is named, by us as by the schema', () => {
  test.each(NAMES)('%s: each attribute taken away', (name) => {
    const example = FULL_EXAMPLES[name]
    for (const [whole, attribute] of example.matchAll(/ (\w+)="[^"]*"/g)) {
      const octets = inNamespace(example.replace(whole, ''))
      const isGroup = ['KDF', 'Salt', 'N', 'r', 'p'].includes(attribute as string)
      if (OPTIONAL[name]?.includes(attribute as string)) {
        expect(faultOf(octets)).toBeUndefined()
        expect(schemaFault(octets)).toBeUndefined()
      } else if (attribute === 'KDF') {
        expect(faultOf(octets)).toEqual({ field: 'Salt', reason: 'unknown attribute' })
      } else {
        expect(faultOf(octets)).toEqual({ field: attribute, reason: 'missing' })
        if (!isGroup && attribute !== 'HASH') expect(schemaFault(octets)).toBeDefined()
      }
    }
  })

  test.each(NAMES)('%s: an attribute or element that is not ours to have', (name) => {
    const example = FULL_EXAMPLES[name]
    const withAttribute = (attribute: string) =>
      inNamespace(example.replace(/^<\w+/, `$& ${attribute}`))
    const withElement = (element: string) =>
      inNamespace(
        example.endsWith('/>') && !example.includes('></')
          ? example.replace(/\/>$/, `>${element}</${name}>`)
          : example.replace(/<\/\w+>$/, `${element}$&`),
      )
    const unknown = [
      [withAttribute('Colour="red"'), 'Colour'],
      [withAttribute('xmlns:c="urn:oma:xml:cpns:core:1.1" c:Status="200"'), 'Status'],
      [withElement('<Colour/>'), 'Colour'],
      [withElement('<Colour xmlns=""/>'), 'Colour'],
      [withElement('text'), name],
    ] as const
    for (const [octets, field] of unknown) {
      expect(faultOf(octets)?.field).toBe(field)
      expect(schemaFault(octets)).toBeDefined()
    }
    const foreign = [
      withAttribute('xmlns:f="urn:f" f:Colour="red" xml:lang="en"'),
      withElement('<Colour xmlns="urn:f" a="b"><Deep>x</Deep></Colour>'),
    ]
    for (const octets of foreign) {
      expect(revealed(decodeMessage(octets))).toEqual(revealed(decodeMessage(inNamespace(example))))
      expect(schemaFault(octets)).toBeUndefined()
    }
  })

  test('a child element that is missing, doubled or empty', () => {
    const example = FULL_EXAMPLES.AuthenticateResponse
    const child = example.match(/<AuthResData[^>]*>/)?.[0] as string
    expect(read(example.replace(child, ''))).toEqual({ field: 'AuthResData', reason: 'missing' })
    expect(read(example.replace(child, child + child))).toEqual({
      field: 'AuthResData',
      reason: 'unknown or doubled element',
    })
    expect(read(example.replace(child, '<AuthResData/>'))?.field).toBe('HASH')
    const keyless = FULL_EXAMPLES.EUKeyAssignmentResponse.replace('A'.repeat(64), '')
    expect(read(keyless)?.field).toBe('EncryptedEUKey')
  })
})

const A = (name: MessageName, from: string | RegExp, to: string, field: string) =>
  [name, from, to, field] as const

describe('values out of their limits are named', () => {
  test.each([
    A('ConnectRequest', `RAND="${RAND}"`, 'RAND="AAAA"', 'RAND'),
    A('ConnectRequest', `RAND="${RAND}"`, 'RAND="AAAAAAAAAAAAAAAAAAAAAB=="', 'RAND'),
    A('ConnectRequest', `RAND="${RAND}"`, 'RAND="AAAAAAAAAAAAAAAAAAAAAA"', 'RAND'),
    A('ConnectRequest', `RAND="${RAND}"`, `RAND=" ${RAND}"`, 'RAND'),
    A('ConnectRequest', 'Role="pne"', 'Role="PNE"', 'Role'),
    A('ConnectRequest', 'EntityID="urn:x:s"', 'EntityID="x"', 'EntityID'),
    A('ConnectRequest', 'EntityID="urn:x:s"', `EntityID="urn:${'x'.repeat(252)}"`, 'EntityID'),
    A('ConnectRequest', 'Via="urn:x:g"', 'Via=""', 'Via'),
    A('ConnectRequest', '@bsf.example', '@10.0.0.1', 'BTID'),
    A('ConnectRequest', 'ks-ext-naf', 'ks-other', 'KeyType'),
    A('ConnectRequest', 'HMAC-SHA-256 SHA-1', '', 'Algorithms'),
    A('ConnectRequest', 'HMAC-SHA-256 SHA-1', 'SHA-1  SHA-2', 'Algorithms'),
    A('ConnectRequest', 'HMAC-SHA-256 SHA-1', 'SHA-1 SHA-1', 'Algorithms'),
    A('ConnectRequest', 'HMAC-SHA-256 SHA-1', 'a b c d e f g h i', 'Algorithms'),
    A('ConnectRequest', 'TransactionID="t"', 'TransactionID=""', 'TransactionID'),
    A('ConnectRequest', 'ID="t"', `ID="${'t'.repeat(65)}"`, 'TransactionID'),
    A('ConnectRequest', 'ID="t"', 'ID="&#10;"', 'TransactionID'),
    A('AuthenticateRequest', 'Lifetime="3600"', 'Lifetime="0"', 'SessionLifetime'),
    A('AuthenticateRequest', 'Lifetime="3600"', 'Lifetime="03600"', 'SessionLifetime'),
    A('AuthenticateRequest', 'Lifetime="3600"', 'Lifetime="+3600"', 'SessionLifetime'),
    A('AuthenticateRequest', 'Lifetime="3600"', 'Lifetime="36e2"', 'SessionLifetime'),
    A('AuthenticateRequest', 'Lifetime="3600"', 'Lifetime="31536001"', 'SessionLifetime'),
    A('AuthenticateRequest', 'State="AAAA"', 'State=""', 'State'),
    A('AuthenticateRequest', 'State="AAAA"', `State="${'AAAA'.repeat(684)}"`, 'State'),
    A('AuthenticateRequest', 'KDF="scrypt"', 'KDF="argon2"', 'KDF'),
    A('AuthenticateRequest', 'N="32768"', 'N="1048577"', 'N'),
    A('AuthenticateResponse', /HASH="[^"]*"/, `HASH="${RAND}"`, 'HASH'),
    A('ConnectResponse', 'Status="402"', 'Status="418"', 'Status'),
    A('ConnectResponse', 'Status="402"', 'Status="0402"', 'Status'),
    A('ConnectResponse', 'Status="402"', 'Status="200"', 'HASH'),
    A('ConnectResponse', 'ff43504e53', 'FF43504E53', 'UaID'),
    A('ConnectResponse', 'ff43504e53', 'ff43504e5', 'UaID'),
    A('ConnectResponse', 'RetryAfter="5"', 'RetryAfter="86401"', 'RetryAfter'),
    A('EUKeyAssignmentRequest', 'UserID="jo"', 'UserID="e\u0301"', 'UserID'),
    A('EUKeyAssignmentRequest', 'UserID="jo"', `UserID="${'j'.repeat(129)}"`, 'UserID'),
    A('EUKeyAssignmentResponse', 'Status="200"', 'Status="401"', 'HASH'),
    A('EUKeyAssignmentResponse', /<Enc.*Key>/, '', 'EncryptedEUKey'),
    A('EUKeyAssignmentResponse', 'AES-256-GCM', 'AES-128-CBC', 'Algorithm'),
    A('UserInfoInstallation', /TriggerKey="[^"]*"/, `TriggerKey="${RAND}"`, 'TriggerKey'),
    A('PneStatus', '0f0f', '0F0F', 'SessionID'),
    A('PneStatus', 'admitted', 'gone', 'State'),
    A('PnRegistration', 'urn:x:p urn:x:q', 'urn:x:p x', 'Members'),
    A('Message', 'text/plain', 'plain', 'ContentType'),
    A('Message', 'text/plain', `text/${'x'.repeat(251)}`, 'ContentType'),
    A('Message', 'Expires="60"', 'Expires="604801"', 'Expires'),
    A('Message', 'Expires="60"', 'Expires="0"', 'Expires'),
    A('MessageResult', 'MessageID="m"', 'MessageID=""', 'MessageID'),
    A('Disconnect', 'done', 'x'.repeat(257), 'Reason'),
    A('Error', 'Status="400"', 'Status="200"', 'Status'),
  ])('%s with %s as %s: %s', (name, from, to, field) => {
    const example = FULL_EXAMPLES[name]
    const changed = example.replace(from, to)
    expect(changed).not.toBe(example)
    expect(faultOf(inNamespace(changed))?.field).toBe(field)
  })

  test('a value that is refused does not show in the error', () => {
    const octets = inNamespace(
      FULL_EXAMPLES.UserInfoInstallation.replace(/AAAA=?"\/>/, 's3cr3t"/>'),
    )
    expect(() => decodeMessage(octets)).toThrow(/^TriggerKey: not canonical base64$/)
  })
})

/** A message with so many levels of foreign elements in it. */
function nestedInside(levels: number): string {
  const inside = '<f xmlns="u">'.repeat(levels) + '</f>'.repeat(levels)
  return FULL_EXAMPLES.Disconnect.replace('/>', `>${inside}</Disconnect>`)
}

describe('what is no message', () => {
  test.each([
    ['<ConnectRequest/>', 'ConnectRequest'],
    ['<ConnectRequest xmlns="urn:oma:xml:cpns:core:1.0"/>', 'ConnectRequest'],
    ['<Hello xmlns="urn:oma:xml:cpns:core:1.1"/>', 'Hello'],
    ['<toString xmlns="urn:oma:xml:cpns:core:1.1"/>', 'toString'],
    ['<__proto__ xmlns="urn:oma:xml:cpns:core:1.1"/>', '__proto__'],
    ['<!DOCTYPE a><a/>', 'XML'],
    ['{"name":"ConnectRequest"}', 'XML'],
    [`<${'n'.repeat(4000)}/>`, 'n'.repeat(64)],
  ])('%s', (document, field) => {
    expect(faultOf(utf8(document))?.field).toBe(field)
  })

  test.each(NAMES)('%s cut at any octet, or with octets behind it', (name) => {
    const octets = inNamespace(FULL_EXAMPLES[name])
    for (let length = 0; length < octets.length; length++) {
      expect(faultOf(octets.subarray(0, length))?.field).toBe('XML')
    }
    expect(faultOf(Buffer.concat([octets, utf8('x')]))?.field).toBe('XML')
    expect(faultOf(Buffer.concat([octets, octets]))?.field).toBe('XML')
    expect(faultOf(Buffer.concat([octets, utf8('\n')]))).toBeUndefined()
  })

  test('over 4 KiB, over 8 levels, 20,000 levels', () => {
    const padded = FULL_EXAMPLES.Disconnect.replace(
      '/>',
      ` xmlns:f="u" f:x="${'x'.repeat(4096)}"/>`,
    )
    expect(faultOf(inNamespace(padded))).toEqual({ field: 'XML', reason: 'over 4096 octets' })
    expect(read(nestedInside(7))).toBeUndefined()
    expect(read(nestedInside(8))).toEqual({ field: 'XML', reason: 'over 8 levels' })
    expect(faultOf(utf8('<a>'.repeat(20_000)))?.field).toBe('XML')
  })
})

describe('what is not sent', () => {
  test.each([
    ['TransactionID', { transactionId: '' }],
    ['TransactionID', { transactionId: '\ud800' }],
    ['RAND', { randomClient: new Uint8Array(15) }],
    ['EntityID', { entityId: 'not a uri' }],
    ['Algorithms', { algorithms: [] }],
    ['Algorithms', { algorithms: ['two words'] }],
    ['Role', { role: 'server' }],
  ])('a value of %s that a reader would refuse', (field, change) => {
    const wrong = { ...request, ...change } as ConnectRequest
    expect(() => encodeMessage(wrong)).toThrow(RangeError)
    expect(() => encodeMessage(wrong)).toThrow(field)
  })

  test('a success without proof, a refusal with one', () => {
    const answer = {
      name: 'ConnectResponse',
      transactionId: 't',
      entityId: request.entityId,
    } as const
    expect(() => encodeMessage({ ...answer, status: 200 })).toThrow(RangeError)
    const hash = new Uint8Array(32)
    expect(() => encodeMessage({ ...answer, status: 401, hash })).toThrow(RangeError)
    expect(() =>
      encodeMessage({ ...answer, name: 'EUKeyAssignmentResponse', status: 200, hash }),
    ).toThrow('EncryptedEUKey')
  })

  test('more than 4 KiB', () => {
    const members = Array.from({ length: 64 }, (_, n) => parseEntityId(`urn:${'x'.repeat(60)}${n}`))
    const { entityId } = request
    const message = {
      name: 'PnRegistration',
      transactionId: 't',
      entityId,
      members,
      lifetime: 1,
    } as const
    expect(() => encodeMessage(message)).toThrow('PnRegistration is over 4096 octets')
  })

  test('a key in an error', () => {
    const wrong = {
      name: 'UserInfoInstallation',
      transactionId: 't',
      entityId: request.entityId,
      pne: request.entityId,
      userId: parseUserId('jo'),
      triggerKey: Secret.of(utf8('s3cr3t')),
    } as const
    expect(() => encodeMessage(wrong)).toThrow(/^TriggerKey is out of its limits$/)
  })
})

test('whatever comes, it is read or refused as InvalidMessage', () => {
  const noise = fc.string({
    unit: fc.constantFrom(...Array.from('<>&;"\'=/ ax:A0\u0000é')),
    maxLength: 8,
  })
  const mutated = fc
    .tuple(fc.constantFrom(...NAMES), fc.nat(), fc.nat({ max: 20 }), noise)
    .map(([name, position, removed, insertion]) => {
      const document = fromUtf8(inNamespace(FULL_EXAMPLES[name]))
      const at = position % document.length
      return utf8(document.slice(0, at) + insertion + document.slice(at + removed))
    })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), mutated), (octets) => {
      const fault = faultOf(octets)
      if (fault === undefined) expect(() => encodeMessage(decodeMessage(octets))).not.toThrow()
    }),
    { seed: 4, numRuns: 3000 },
  )
})

describe('the exchange of a message that is refused', () => {
  test.each([
    ['<Hello TransactionID="t"/>', 't'],
    ['<Message TransactionID="a&amp;b" Expires="x"/>', 'a&b'],
    [`<Message TransactionID="${'t'.repeat(65)}"/>`, undefined],
    ['<Message MessageID="m"/>', undefined],
    ['<Message TransactionID="t"', undefined],
  ])('%s', (text, expected) => {
    expect(transactionIdOf(inNamespace(text))).toBe(expected)
  })

  test('of another namespace is none of ours', () => {
    expect(transactionIdOf(utf8('<Message xmlns="urn:x" TransactionID="t"/>'))).toBeUndefined()
  })
})
