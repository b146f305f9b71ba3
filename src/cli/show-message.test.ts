import { expect, test } from 'vitest'
import { utf8 } from '../octets/octets.ts'
import { showMessage } from './show-message.ts'

const message = (payload: Uint8Array, from = 'urn:x:a') => ({
  messageId: 'm1',
  from,
  contentType: 'text/plain',
  payload,
})

test('text for a person', () => {
  expect(showMessage(message(utf8('21 °C')), false)).toBe('urn:x:a  21 °C')
})

test('what a terminal could obey is shown, not sent', () => {
  const shown = showMessage(message(utf8('a\u001b[2Jb\r\nc\u202e\u2028d'), 'urn:x:\u009b1m'), false)
  expect(shown).toBe('urn:x:\\u{9b}1m  a\\u{1b}[2Jb\\u{d}\\u{a}c\\u{202e}\\u{2028}d')
})

test('octets that are no text', () => {
  expect(showMessage(message(new Uint8Array([0xff, 0])), false)).toBe(
    'urn:x:a  2 octets of text/plain',
  )
})

test('one JSON object, with text only where it is text', () => {
  expect(JSON.parse(showMessage(message(utf8('a\nb')), true))).toEqual({
    messageId: 'm1',
    from: 'urn:x:a',
    contentType: 'text/plain',
    text: 'a\nb',
    payload: 'YQpi',
  })
  expect(JSON.parse(showMessage(message(new Uint8Array([0xff])), true))).toEqual({
    messageId: 'm1',
    from: 'urn:x:a',
    contentType: 'text/plain',
    payload: '/w==',
  })
})
