import { describe, expect, test } from 'vitest'
import { messageEvent, noteEvent } from './console.fixture.ts'
import { readEvents, readHello, readState } from './read-stream.ts'

describe('events', () => {
  test('messages and notes', () => {
    const events = [messageEvent(1), noteEvent(2)]
    expect(readEvents(JSON.stringify(events))).toEqual({ events, malformed: 0 })
  })

  const { item } = messageEvent(1)
  test.each([
    [null],
    [5],
    [{}],
    [{ seq: 1 }],
    [{ seq: '1', item }],
    [{ seq: 1.5, item }],
    [{ seq: 1, item: { ...item, atMs: 'noon' } }],
    [{ seq: 1, item: { ...item, atMs: 1e300 } }],
    [{ seq: 1, item: { ...item, kind: 'other' } }],
    [{ seq: 1, item: { ...item, from: undefined } }],
    [{ seq: 1, item: { ...item, fields: undefined } }],
    [{ seq: 1, item: { ...item, fields: [] } }],
    [{ seq: 1, item: { ...item, transactionId: 7 } }],
    [{ seq: 1, item: { kind: 'note', atMs: 1, entity: 'PN GW' } }],
  ])('%j is passed over, and what stands beside it is not', (wrong) => {
    const good = messageEvent(9)
    expect(readEvents(JSON.stringify([wrong, good]))).toEqual({ events: [good], malformed: 1 })
  })

  test.each(['', '{', '{}', 'null', '[', '7'])('%s is no list', (data) => {
    expect(readEvents(data)).toEqual({ events: [], malformed: 1 })
  })
})

describe('hello', () => {
  const hello = { title: 't', version: '1', run: 'r', hasLogin: false, actions: [] }
  test('as it is sent', () => expect(readHello(JSON.stringify(hello))).toEqual(hello))
  test.each([
    '',
    'null',
    '[]',
    '{}',
    '{"title":"t","run":"r"}',
    '{"title":1,"run":"r","actions":[]}',
  ])('%s makes no sense', (data) => expect(readHello(data)).toBeUndefined())
})

describe('tables', () => {
  const table = { id: 'a', title: 'A', empty: '', columns: [], rows: [] }
  const state = { atMs: 1, tables: [table], health: [{ name: 'x', isWell: true, detail: '' }] }
  test('as they are sent', () => expect(readState(JSON.stringify(state))).toEqual(state))
  test.each([
    [null],
    [{}],
    [{ ...state, atMs: null }],
    [{ ...state, tables: {} }],
    [{ ...state, tables: [null] }],
    [{ ...state, tables: [{ ...table, rows: 5 }] }],
    [{ ...state, tables: [{ ...table, rows: [5] }] }],
    [{ ...state, health: [{}] }],
  ])('%j makes no sense', (wrong) => {
    expect(readState(JSON.stringify(wrong))).toBeUndefined()
  })
})
