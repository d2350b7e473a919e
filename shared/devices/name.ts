import * as z from "zod";

/**
 * What shows nothing although it is a letter or a symbol to Unicode, and is not `Default_Ignorable_Code_Point`: Braille
 * without a dot, the place of an object, a note without a head, two blanks among the hieroglyphs.
 */
const BLANK = "\\u2800\\uFFFC\\u{1D159}\\u{13441}\\u{13442}";

/** A reserved pictograph is an emoji of a later Unicode than this runtime's. */
const VISIBLE = new RegExp(
  `(?![${BLANK}\\p{Default_Ignorable_Code_Point}])[\\p{L}\\p{N}\\p{P}\\p{S}\\p{Extended_Pictographic}]`,
  "u",
);

/** Scripts in which a joiner (ZWJ, ZWNJ) changes how letters are written. */
const JOINING = (
  "Adlam Arabic Balinese Bengali Chakma Devanagari Grantha Gujarati Gurmukhi Hanifi_Rohingya Javanese Kannada Khmer " +
  "Malayalam Mandaic Manichaean Meetei_Mayek Mongolian Myanmar Newa Nko Oriya Phags_Pa Sinhala Syriac Tamil Telugu Tibetan"
)
  .split(" ")
  .map((script) => `\\p{scx=${script}}`)
  .join("");

/** The format characters (general category Cf) that belong to writing, each where it does. */
const WRITTEN = new RegExp(
  [
    // Signs that are seen: Arabic, Syriac, Kaithi (`Prepended_Concatenation_Mark`).
    "[\\u0600-\\u0605\\u06DD\\u070F\\u0890\\u0891\\u08E2\\u{110BD}\\u{110CD}]",
    `(?<=(?!\\p{Cf})[${JOINING}])[\\u200C\\u200D]`,
    // The Mongolian vowel separator.
    "(?<=\\p{Script=Mongolian})\\u180E",
    // An emoji of several (UTS #51, ED-16).
    "(?<=\\p{Extended_Pictographic}[\\uFE0F\\p{Emoji_Modifier}]*)\\u200D(?=\\p{Extended_Pictographic})",
    // The flag of a part of a country (UTS #51, ED-14a): its code in tags, then the one that ends it.
    "(?<=\\u{1F3F4})[\\u{E0030}-\\u{E0039}\\u{E0061}-\\u{E007A}]{3,6}\\u{E007F}",
  ].join("|"),
  "gu",
);

/**
 * Controls, separators of lines and paragraphs, and what steers the writing without being seen: in the sentence of a
 * notice they would hide a part of it, or turn it around.
 */
const STEERING = /[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]/u;

/** What the owner calls a phone: shown to them on their other phones, in the middle of our sentences. */
export const deviceName = z
  .string()
  .min(1)
  .max(64)
  .refine((name) => VISIBLE.test(name.normalize("NFKC")), "must show something")
  .refine(
    (name) => !STEERING.test(name.replace(WRITTEN, "")),
    "must have no control character and no line break, and format characters only where a script or an emoji needs them",
  );
