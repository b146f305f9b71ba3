import { expect, test } from 'vitest'
import { completedCommands } from './completed-command.ts'
import { fishScript } from './completion-fish.ts'
import { createProgram } from './program.ts'

const lines = fishScript(completedCommands(createProgram())).split('\n')
const line = (...parts: string[]) => lines.find((one) => parts.every((part) => one.includes(part)))

test('commands, where none was seen', () => {
  expect(lines[0]).toBe('complete -c cpns -f')
  expect(line("'__fish_use_subcommand'", '-a lab ')).toMatch(/ -d 'run HSS, BSF/)
})

test('subcommands, until one of them was seen', () => {
  expect(line('-a serve -d', 'from gateway')).toContain(
    "-n '__fish_seen_subcommand_from gateway; and not __fish_seen_subcommand_from serve login",
  )
})

test('flags with their values', () => {
  const lab = "-n '__fish_seen_subcommand_from lab'"
  expect(line(lab, '-l once')).toContain("-l once -d 'end after")
  expect(line(lab, '-l pcap-style')).toContain("-l pcap-style -x -a 'exported ip' -d")
  expect(line(lab, '-l data')).toContain('-l data -r -F -d')
  expect(line(lab, '-l reader')).toContain(
    String.raw`-l reader -x -d 'reader with the data folder\'s`,
  )
  expect(line('from completion', "-a 'bash zsh fish'")).toBeDefined()
  expect(line('from trace', '-F')).toBeDefined()
})
