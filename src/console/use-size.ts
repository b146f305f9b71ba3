/** How large an element is, as it changes. */
import { useEffect, useState } from 'preact/hooks'

/** Where the parts of the page are below each other; the same in console.css. */
const NARROW = '(max-width: 900px)'

/** Whether one part is seen at a time, so that who chooses something must be led to it. */
export function isNarrow(): boolean {
  return matchMedia(NARROW).matches
}

/** Width and height of the content, in pixels of the page. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** @param guess What is taken until the element has been drawn. */
export function useSize(element: { readonly current: HTMLElement | null }, guess: Size): Size {
  const [size, setSize] = useState(guess)
  useEffect(() => {
    if (element.current === null) return undefined
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return
      const { width, height } = entry.contentRect
      setSize((now) => (now.width === width && now.height === height ? now : { width, height }))
    })
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [])
  return size
}
