import type { Language } from "./language.ts";
import type { Texts } from "./textShape.ts";
import { en } from "./texts/en.ts";
import { ja } from "./texts/ja.ts";
import { sv } from "./texts/sv.ts";
import { zhHans } from "./texts/zh-Hans.ts";
import { zhHant } from "./texts/zh-Hant.ts";

export const texts: Readonly<Record<Language, Texts>> = {
  en,
  "zh-Hant": zhHant,
  "zh-Hans": zhHans,
  ja,
  sv,
};
