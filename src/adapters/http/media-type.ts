/** The media type of a body. RFC 9110 8.3 */

/** @param contentType Value of the header, if there is one. @returns Lower case, without parameters; else empty. */
export function mediaTypeOf(contentType: string | undefined): string {
  return contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
}
