import { expect, test } from 'vitest'
import { htmlOf } from './components.fixture.ts'
import { LoginForm } from './login-form.tsx'

test('a labelled field that hides what is typed, and a place for what went wrong', () => {
  const html = htmlOf(<LoginForm onLogin={() => {}} />)
  expect(html).toContain('<label for="password">')
  expect(html).toMatch(/<input[^>]*id="password"[^>]*type="password"/)
  expect(html).toContain('role="alert"')
})

test('why one has to log in again', () => {
  const html = htmlOf(<LoginForm notice="Your session has ended." onLogin={() => {}} />)
  expect(html).toContain('<p role="status">Your session has ended.</p>')
})
