import { describe, expect, test } from 'vitest'
import { htmlOf } from './components.fixture.ts'
import { messageEvent, noteEvent } from './console.fixture.ts'
import { LadderRow, type LadderRowProps, ROW_HEIGHT } from './ladder-row.tsx'

const LANES = ['PN GW', 'USIM', 'CPNS Server']

function row(change: Partial<LadderRowProps> = {}): string {
  const props = {
    event: messageEvent(1),
    lanes: LANES,
    row: 4,
    rowCount: 9,
    isSelected: false,
    onSelect: () => {},
    ...change,
  }
  return htmlOf(<LadderRow {...props} />)
}

describe('a row', () => {
  test('stands at its place, whatever comes later', () => {
    expect(row()).toContain(`translateY(${4 * ROW_HEIGHT}px)`)
    expect(row()).toContain('aria-posinset="5"')
  })

  test('has an arrow from lane to lane, and names both ends in words', () => {
    expect(row()).toMatch(/class="arrow point-CPNS-2 to-right" style="--left:0;\s?--span:2;"/)
    expect(row()).toContain('PN GW → CPNS Server')
  })

  test('the other way round', () => {
    const event = messageEvent(1, { from: 'CPNS Server', to: 'USIM' })
    expect(row({ event })).toMatch(/to-left" style="--left:1;\s?--span:1;"/)
  })

  test('a note is no arrow', () => {
    const html = row({ event: noteEvent(1), isSelected: true })
    expect(html).toContain('class="note"')
    expect(html).not.toContain('class="arrow')
    expect(html).toContain('aria-selected="true"')
  })
})
