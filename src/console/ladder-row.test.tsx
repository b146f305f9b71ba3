import { describe, expect, test } from 'vitest'
import { htmlOf } from './components.fixture.ts'
import { messageEvent, noteEvent } from './console.fixture.ts'
import { LadderRow, type LadderRowProps, LIST_ROW_HEIGHT, ROW_HEIGHT } from './ladder-row.tsx'

const LANES = ['PN GW', 'USIM', 'CPNS Server']

function row(change: Partial<LadderRowProps> = {}): string {
  const props = {
    event: messageEvent(1),
    lanes: LANES,
    row: 4,
    rowCount: 9,
    isList: false,
    isSelected: false,
    ...change,
  }
  return htmlOf(<LadderRow {...props} />)
}

describe('a row', () => {
  test('stands at its place, whatever comes later', () => {
    expect(row()).toContain(`translateY(${4 * ROW_HEIGHT}px)`)
    expect(row()).toContain('aria-posinset="5"')
    expect(row({ isList: true })).toContain(`translateY(${4 * LIST_ROW_HEIGHT}px)`)
  })

  test('has an arrow from lane to lane, and names both ends in words', () => {
    expect(row()).toMatch(/class="arrow point-CPNS-2 to-right" style="--left:0;\s?--span:2;"/)
    expect(row()).toContain('PN GW → CPNS Server')
  })

  test('the other way round', () => {
    const event = messageEvent(1, { from: 'CPNS Server', to: 'USIM' })
    expect(row({ event })).toMatch(/to-left" style="--left:1;\s?--span:1;"/)
  })

  test('is not drawn anew while it stays what it is', () => {
    const props = { event: messageEvent(1), lanes: LANES, isList: false, row: 4, rowCount: -1 }
    const drawn = new LadderRow({ ...props, isSelected: false })
    expect(drawn.shouldComponentUpdate({ ...props, isSelected: false })).toBe(false)
    expect(drawn.shouldComponentUpdate({ ...props, isSelected: true })).toBe(true)
    expect(drawn.shouldComponentUpdate({ ...props, row: 3, isSelected: false })).toBe(true)
  })

  test('names that nobody could read are short, whose lanes are gone lead nowhere', () => {
    const event = messageEvent(1, { from: `urn:uuid:${'0'.repeat(28)}cafe42` })
    expect(row({ event })).toContain('000000…cafe42 → CPNS Server')
    expect(row({ event, lanes: [] })).toMatch(/--left:0;\s?--span:0;/)
  })

  test('a note is no arrow', () => {
    const html = row({ event: noteEvent(1), isSelected: true })
    expect(html).toContain('class="note"')
    expect(html).not.toContain('class="arrow')
    expect(html).toContain('aria-selected="true"')
  })
})
