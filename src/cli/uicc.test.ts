import { expect, test } from 'vitest'
import { uiccCommand } from './uicc.ts'

test('has its subcommands', () => {
  const command = uiccCommand()
  expect(command.name()).toBe('uicc')
  expect(command.commands.map((one) => one.name())).toEqual(['new', 'serve', 'apdu'])
})
