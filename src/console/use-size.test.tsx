import { useRef } from 'preact/hooks'
import { expect, test } from 'vitest'
import { htmlOf } from './components.fixture.ts'
import { useSize } from './use-size.ts'

function Box() {
  const box = useRef<HTMLDivElement>(null)
  const { width, height } = useSize(box, { width: 7, height: 9 })
  return (
    <div ref={box}>
      {width} {height}
    </div>
  )
}

test('before it has been drawn, an element has the size that was guessed', () => {
  expect(htmlOf(<Box />)).toBe('<div>7 9</div>')
})
