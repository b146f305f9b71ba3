import { describe } from 'vitest'
import { hssStoreContract } from '../contracts/hss-store.contract.ts'
import { createMemoryHssStore } from './memory-hss-store.ts'

describe('memory HssStore', () => {
  hssStoreContract(async () => createMemoryHssStore())
})
