import { describe } from 'vitest'
import { bsfStoreContract } from '../contracts/bsf-store.contract.ts'
import { createMemoryBsfStore } from './memory-bsf-store.ts'

describe('memory BsfStore', () => {
  bsfStoreContract(async () => createMemoryBsfStore())
})
