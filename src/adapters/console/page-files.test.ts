import { rmSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { pageFolder } from './console.fixture.ts'
import { readPageFiles } from './page-files.ts'

let folder: string
beforeEach(() => {
  folder = pageFolder()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('page, scripts and styles by their paths, and nothing else', () => {
  const files = readPageFiles(folder)
  expect(new Map([...files].map(([path, { type }]) => [path, type]))).toEqual(
    new Map([
      ['index.html', 'text/html; charset=utf-8'],
      ['assets/index-1.js', 'text/javascript; charset=utf-8'],
      ['assets/index-1.css', 'text/css; charset=utf-8'],
    ]),
  )
  expect(readPageFiles(`${folder}/`).has('index.html')).toBe(true)
})

test('a page that was not built', () => {
  expect(() => readPageFiles(`${folder}/nowhere`)).toThrow(ConfigurationInvalid)
  rmSync(`${folder}/index.html`)
  expect(() => readPageFiles(folder)).toThrow(`the page of the console is not in ${folder}`)
})
