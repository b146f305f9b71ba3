/**
 * Stands in for the npm package `smartcard`. Readers: "Good" with a T=0 card, "Block" with a T=1 card,
 * "Empty", "Busy". INS of a command says what happens to it.
 */
const NO_ATR = process.env.FAKE_SMARTCARD === 'no-atr'
const calls = []

const ANSWERS = {
  225: () => Promise.reject(new Error('Card was removed')),
  226: () => Promise.resolve(Buffer.alloc(0)),
  227: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  228: () => process.exit(1),
  229: () => new Promise(() => {}),
}

class Card {
  constructor(protocol) {
    this.protocol = protocol
    this.atr = NO_ATR ? null : Buffer.from([0x3b, protocol])
  }
  transmit(command) {
    const answer = ANSWERS[command[1]]
    if (answer !== undefined) return answer()
    return Promise.resolve(Buffer.concat([command, Buffer.from([0x90, 0x00])]))
  }
  reconnect(...how) {
    calls.push(['reconnect', ...how])
    return Promise.resolve(this.protocol)
  }
  disconnect(...how) {
    calls.push(['disconnect', ...how])
    if (calls.some(([call]) => call === 'gone')) throw new Error('Card was removed')
  }
}

const busy = () => Promise.reject(new Error('Sharing violation'))

const reader = (name, state, connect) => ({
  name,
  state,
  connect: async (...how) => {
    calls.push(['connect', name, ...how])
    return connect()
  },
})

class Context {
  constructor() {
    if (process.env.FAKE_SMARTCARD === 'no-service') throw new Error('PC/SC service not running')
  }
  listReaders() {
    if (process.env.FAKE_SMARTCARD === 'no-readers') return []
    return [
      reader('Empty 00 00', 0x12, busy),
      reader('Good 00 00', 0x10022, () => new Card(1)),
      reader('Good 00 01', 0x10022, busy),
      reader('Block 00 00', 0x10022, () => new Card(2)),
      reader('Busy 00 00', 0x10022, busy),
    ]
  }
  close() {
    calls.push(['close'])
  }
}

module.exports = { Context, calls }
