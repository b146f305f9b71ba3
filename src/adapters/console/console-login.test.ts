import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { createConsoleLogin } from './console-login.ts'

function world() {
  const clock = createVirtualClock()
  const login = createConsoleLogin({
    verifyPassword: async (password) => password === 'right',
    clock,
    random: createSystemRandom(),
  })
  return { clock, login }
}
const attempt = (password: string, address = '::1') => ({ password, address })

async function loggedIn({ login }: ReturnType<typeof world>): Promise<string> {
  const outcome = await login.logIn(attempt('right'))
  if (typeof outcome === 'string') throw new Error(outcome)
  return outcome.token
}

describe('a session', () => {
  test('is there for its own token only, until it is ended', async () => {
    const { login, ...rest } = world()
    const token = await loggedIn({ login, ...rest })
    expect(token).toMatch(/^[0-9a-f]{64}$/)
    expect(login.isValid(token)).toBe(true)
    expect(login.isValid(token.replace(/^./, 'x'))).toBe(false)
    expect(login.isValid(undefined)).toBe(false)
    login.logOut(token)
    expect(login.isValid(token)).toBe(false)
  })

  test('ends after two hours without use, and after twelve in any case', async () => {
    const here = world()
    const token = await loggedIn(here)
    await here.clock.advance(7_200_001)
    expect(here.login.isValid(token)).toBe(false)
    const used = await loggedIn(here)
    for (let hour = 1; hour <= 12; hour++) {
      await here.clock.advance(3_600_000)
      expect(here.login.isValid(used), `${hour} h`).toBe(true)
    }
    await here.clock.advance(1)
    expect(here.login.isValid(used)).toBe(false)
  })

  test('of 201 the oldest goes', async () => {
    const here = world()
    const oldest = await loggedIn(here)
    for (let n = 0; n < 200; n++) await loggedIn(here)
    expect(here.login.isValid(oldest)).toBe(false)
  })
})

describe('guessing', () => {
  test('five wrong ones in a minute, then even the right one has to wait', async () => {
    const { login, clock } = world()
    for (let n = 0; n < 5; n++) {
      // One network of IPv6, which counts as one address.
      expect(await login.logIn(attempt('wrong', `::${n}`))).toBe('wrong')
    }
    expect(await login.logIn(attempt('right'))).toBe('too-many')
    expect(typeof (await login.logIn(attempt('right', '192.0.2.1')))).toBe('object')
    await clock.advance(60_000)
    expect(typeof (await login.logIn(attempt('right')))).toBe('object')
  })
})
