import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { askHidden, askLine } from './ask-hidden.ts'

function createTerminal(isTTY = true) {
  const input = Object.assign(new PassThrough(), { isTTY, setRawMode: () => input })
  const output = new PassThrough()
  let text = ''
  output.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  const shown = () => text
  return { terminal: { input, output }, input, shown }
}

test('what is typed is given and not shown; backspace works', async () => {
  const { terminal, input, shown } = createTerminal()
  const asking = askHidden('password: ', terminal)
  input.write('hunter3\u007f2\r')
  expect(await asking).toBe('hunter2')
  expect(shown()).toBe('password: \n')
})

test('two questions, one after the other', async () => {
  const { terminal, input } = createTerminal()
  const first = askHidden('1: ', terminal)
  input.write('a b\r')
  expect(await first).toBe('a b')
  const second = askHidden('2: ', terminal)
  input.write('ü\r')
  expect(await second).toBe('ü')
})

test('a name is shown as it is typed', async () => {
  const { terminal, input, shown } = createTerminal()
  const asking = askLine('UserID: ', terminal)
  input.write('alice\r')
  expect(await asking).toBe('alice')
  expect(shown()).toContain('alice')
})

test.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('%s gives up', async (_, key) => {
  const { terminal, input } = createTerminal()
  const asking = askHidden('password: ', terminal)
  input.write(key)
  await expect(asking).rejects.toThrow(ConfigurationInvalid)
})

test('without a terminal nobody is asked', async () => {
  const { terminal, shown } = createTerminal(false)
  await expect(askHidden('password: ', terminal)).rejects.toThrow('there is no terminal')
  expect(shown()).toBe('')
})
