import { expect, test } from 'vitest'
import { decodeClass } from './class-octet.ts'

test.each([
  [0x00, { kind: 'interindustry', channel: 0, secureMessaging: false }],
  [0x03, { kind: 'interindustry', channel: 3, secureMessaging: false }],
  [0x0c, { kind: 'interindustry', channel: 0, secureMessaging: true }],
  [0x80, { kind: 'etsi', channel: 0, secureMessaging: false }],
  [0x82, { kind: 'etsi', channel: 2, secureMessaging: false }],
  [0x40, { kind: 'interindustry', channel: 4, secureMessaging: false }],
  [0x4f, { kind: 'interindustry', channel: 19, secureMessaging: false }],
  [0x61, { kind: 'interindustry', channel: 5, secureMessaging: true }],
  [0xc0, { kind: 'etsi', channel: 4, secureMessaging: false }],
  [0xe2, { kind: 'etsi', channel: 6, secureMessaging: true }],
] as const)('class %i', (cla, expected) => {
  expect(decodeClass(cla)).toEqual(expected)
})

test('every other class is unknown, the GSM class A0 among them', () => {
  const known = new Set([0x0, 0x4, 0x6, 0x8, 0xc, 0xe])
  for (let cla = 0; cla < 256; cla++) {
    expect(decodeClass(cla) !== undefined, `class ${cla}`).toBe(known.has(cla >> 4))
  }
})
