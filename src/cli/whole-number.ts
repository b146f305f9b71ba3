/** A flag that is a whole number above zero. */
import { InvalidArgumentError } from 'commander'

const LARGEST = 2 ** 31 - 1

/** @throws {InvalidArgumentError} If the text is not a number from 1 to 2,147,483,647. */
export function parseWholeNumber(text: string): number {
  const value = Number(text)
  if (!/^\d{1,10}$/.test(text) || value < 1 || value > LARGEST) {
    throw new InvalidArgumentError('It is not a whole number above zero.')
  }
  return value
}
