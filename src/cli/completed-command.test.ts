import { expect, test } from 'vitest'
import { completedCommands } from './completed-command.ts'
import { createProgram } from './program.ts'

const all = completedCommands(createProgram())
const found = (...names: string[]) => all.find(({ path }) => path.slice(1).join() === names.join())

test('every command and group, in the order of the help', () => {
  expect(all[0]).toMatchObject({
    path: ['cpns'],
    flags: [{ name: '--version' }, { name: '--help' }],
  })
  expect(all[0]?.subcommands).toContain('lab')
  expect(found('gateway')?.subcommands).toEqual(['serve', 'login', 'pair', 'trigger'])
  expect(found('gateway', 'serve')?.subcommands).toEqual([])
})

test('what stands behind a flag', () => {
  const flags = new Map(found('lab')?.flags.map(({ name, value }) => [name, value]))
  expect(flags.get('--pcap-style')).toEqual({ kind: 'choice', choices: ['exported', 'ip'] })
  expect(flags.get('--data')).toEqual({ kind: 'file' })
  expect(flags.get('--reader')).toEqual({ kind: 'text' })
  expect(flags.has('--once')).toBe(true)
  expect(flags.get('--once')).toBeUndefined()
  const admin = found('hss', 'serve')?.flags.find(({ name }) => name === '--admin')
  expect(admin?.value, 'it need not be there').toBeUndefined()
})

test('arguments', () => {
  expect(found('backup')?.arguments).toEqual([{ kind: 'file' }])
  expect(found('entity', 'show')?.arguments).toEqual([{ kind: 'text' }])
  expect(found('completion')?.arguments).toEqual([
    { kind: 'choice', choices: ['bash', 'zsh', 'fish'] },
  ])
})
