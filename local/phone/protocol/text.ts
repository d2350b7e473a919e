/**
 * The length of a text, in Unicode code points, as every bound of the protocol counts it: what `unicodeScalars.count`
 * gives in Swift and `codePointCount` in Kotlin. `length` would count an emoji as two.
 */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
