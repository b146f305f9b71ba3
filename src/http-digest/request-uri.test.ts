import { expect, test } from 'vitest'
import { hostOfRequest, isUriOfRequest } from './request-uri.ts'

const HOST = 'bsf.example.org'

test.each([
  ['/', '/'],
  ['http://bsf.example.org/', 'http://bsf.example.org/'],
  ['/', 'http://bsf.example.org/'],
  ['http://bsf.example.org/', '/'],
  ['http://BSF.example.org', '/'],
  ['HTTP://bsf.example.org:80/', '/'],
  ['https://bsf.example.org:443/a?b=c', '/a?b=c'],
  ['/?b', 'http://bsf.example.org?b'],
])('%s is the uri of a request for %s', (uri, requestUri) => {
  expect(isUriOfRequest(uri, { uri: requestUri, host: HOST })).toBe(true)
  expect(isUriOfRequest(uri, { uri: requestUri, host: 'BSF.example.org:80' })).toBe(true)
})

test.each([
  ['/a', '/b'],
  ['/a', '/a?b'],
  ['', '/'],
  ['*', '/'],
  ['http://other.example.org/', '/'],
  ['http://bsf.example.org:8080/', '/'],
  ['http://bsf.example.org/', 'http://other.example.org/'],
  ['http://bsf.example.org/a', '/'],
  ['ftp://bsf.example.org/', '/'],
  ['//bsf.example.org/', '/'],
  ['http:///', '/'],
])('%s is not the uri of a request for %s', (uri, requestUri) => {
  expect(isUriOfRequest(uri, { uri: requestUri, host: HOST })).toBe(false)
})

test('without a Host header nothing says that a path is on that host', () => {
  expect(isUriOfRequest('http://bsf.example.org/', { uri: '/' })).toBe(false)
})

test('another port than the default one has to be in the Host header too', () => {
  const target = { uri: '/', host: 'bsf.example.org:8080' }
  expect(isUriOfRequest('http://bsf.example.org:8080/', target)).toBe(true)
  expect(isUriOfRequest('http://bsf.example.org/', target)).toBe(false)
})

test('a request for a whole URI is for the host in it, whatever the Host header says', () => {
  const target = { uri: 'http://BSF.example.org:8080/a', host: 'other.example.org' }
  expect(hostOfRequest(target)).toBe('BSF.example.org:8080')
  expect(isUriOfRequest('/a', target)).toBe(true)
  expect(hostOfRequest({ uri: '/http://bsf.example.org/', host: HOST })).toBe(HOST)
})
