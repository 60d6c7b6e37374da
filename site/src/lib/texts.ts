import { de } from "../texts/de.ts";
import { en } from "../texts/en.ts";
import { es } from "../texts/es.ts";
import type { Texts } from "../texts/texts.ts";
import { zh } from "../texts/zh.ts";
import { site } from "./site.ts";

const TABLES = { en, de, zh, es } as const;

/** The words of the site's language. */
export function texts(): Texts {
  return TABLES[site().data.language];
}
