import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MAX_EXPIRES_SECONDS, MAX_STATE_OCTETS, MESSAGES } from './message-declarations.ts'

const schema = readFileSync(join(import.meta.dirname, 'cpns.xsd'), 'utf8')

test('the schema has exactly the messages that are declared', () => {
  const elements = [...schema.matchAll(/^ {2}<xs:element name="(\w+)"/gm)].map((match) => match[1])
  expect(new Set(elements)).toEqual(new Set(Object.keys(MESSAGES)))
  expect(elements).toHaveLength(Object.keys(MESSAGES).length)
})

test('the messages of the table of design 6 are there', () => {
  expect(Object.keys(MESSAGES)).toEqual([
    'ConnectRequest',
    'AuthenticateRequest',
    'AuthenticateResponse',
    'ConnectResponse',
    'EUKeyAssignmentRequest',
    'EUKeyAssignmentResponse',
    // Not in the table: how a PN GW and a PNE ask for the next one (decision 0038).
    'UserInfoRegistration',
    'UserInfoInstallation',
    'EUKeyAssignmentTrigger',
    'PneStatus',
    'PnRegistration',
    'PnRegistrationResult',
    'Message',
    'MessageResult',
    'Disconnect',
    'Error',
  ])
})

test('limits that the schema repeats', () => {
  expect(schema).toContain(`<xs:maxInclusive value="${MAX_EXPIRES_SECONDS}"/>`)
  expect(schema).toContain(`<xs:maxLength value="${Math.ceil(MAX_STATE_OCTETS / 3) * 4}"/>`)
})
