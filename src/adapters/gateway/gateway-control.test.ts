import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConfigurationInvalid, TransportFailed } from '../../errors/errors.ts'
import { utf8 } from '../../octets/octets.ts'
import type { PairingWish } from '../../pn-gw/pne-pairings.ts'
import type { TriggerWish } from '../../pn-gw/trigger-desk.ts'
import { commandGateway, type GatewayControl, serveGatewayControl } from './gateway-control.ts'

const PAIRED = { status: 200, detail: 'paired' } as const

let folder: string
let path: string
let control: GatewayControl
let wishes: (PairingWish | TriggerWish)[]
let outcome: () => Promise<{ status: 200 | 408; detail: string }>

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-control-'))
  path = join(folder, 's')
  wishes = []
  outcome = async () => PAIRED
  control = await serveGatewayControl(path, {
    pair(wish) {
      wishes.push(wish)
      return { code: 'ABCD-1234', done: outcome() }
    },
    async trigger(wish) {
      wishes.push(wish)
      return await outcome()
    },
  })
})
afterEach(async () => {
  await control.close()
  rmSync(folder, { recursive: true, force: true })
})

const command = (what: 'pair' | 'trigger', more: { user?: string; password?: string } = {}) => {
  const codes: string[] = []
  const asked = { do: what, pne: 'urn:x:watch', user: 'alice', ...more }
  return commandGateway(path, asked, (code) => void codes.push(code)).then((end) => ({
    end,
    codes,
  }))
}

test('a pairing: its code first, then how it ended', async () => {
  expect(await command('pair')).toEqual({ end: PAIRED, codes: ['ABCD-1234'] })
  expect(wishes).toEqual([{ pne: 'urn:x:watch', userId: 'alice' }])
})

test('a trigger, with and without a password', async () => {
  expect(await command('trigger', { password: 'pässword' })).toEqual({ end: PAIRED, codes: [] })
  await command('trigger')
  const [withPassword, without] = wishes as TriggerWish[]
  expect(Buffer.from(withPassword?.password?.reveal() ?? [])).toEqual(Buffer.from(utf8('pässword')))
  expect(without).not.toHaveProperty('password')
})

test('what is wrong is said, and holds no password', async () => {
  const { end } = await command('trigger', { user: '', password: 'hidden' })
  expect(end.status).toBe(400)
  expect(end.detail).not.toContain('hidden')
  outcome = async () => {
    throw new TransportFailed('no session')
  }
  expect((await command('trigger')).end).toEqual({ status: 503, detail: 'no session' })
})

test('a line that is no command is answered, and asks for nothing', async () => {
  const socket = connect(path)
  socket.write('hello\n')
  const [said] = (await socket.toArray()) as Buffer[]
  expect(JSON.parse(String(said))).toEqual({ status: 400, detail: 'not a command' })
  expect(wishes).toEqual([])
})

test('nobody there, one that stops, a path that cannot be', async () => {
  await expect(commandGateway(join(folder, 'x'), NOTHING, () => {})).rejects.toThrow(
    'no PN GW runs on this data folder',
  )
  outcome = () => new Promise(() => {})
  const left = command('pair')
  const failed = expect(left).rejects.toThrow('the PN GW has stopped')
  await expect.poll(() => wishes).toHaveLength(1)
  await control.close()
  await failed
  const gateway = { pair: () => ({ code: '', done: outcome() }), trigger: () => outcome() }
  const long = serveGatewayControl(join(folder, 'x'.repeat(200)), gateway)
  await expect(long).rejects.toThrow(ConfigurationInvalid)
})

const NOTHING = { do: 'pair', pne: 'urn:x:watch', user: 'alice' } as const
