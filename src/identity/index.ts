/** IMPI, IMSI, B-TID, NAF_Id, EntityID, UserID and FQDN as checked values. */
export * from './address-group.ts'
export * from './btid.ts'
export * from './entity-id.ts'
export * from './fqdn.ts'
export * from './impi.ts'
export * from './imsi.ts'
export * from './naf-id.ts'
export * from './user-id.ts'
