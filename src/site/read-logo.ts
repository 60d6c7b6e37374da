import { readFile, realpath, stat } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";

/** A picture for the site: its name there, and its bytes. */
export interface Logo {
  readonly file: string;
  readonly content: Buffer;
}

/** Every page loads it. */
const LOGO_BYTES_MAX = 200 * 1024;

/** How each kind of file begins. */
const SIGNATURES: Readonly<Record<string, (content: Buffer) => boolean>> = {
  ".png": (content) => content.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])),
  ".jpg": (content) => content.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])),
  ".webp": (content) => content.subarray(0, 4).toString() === "RIFF" && content.subarray(8, 12).toString() === "WEBP",
  ".svg": (content) => /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<svg[\s>]/.test(content.toString("utf8")),
};

/**
 * What an SVG must not hold: pages show it as a picture, where nothing of it runs or loads, but it has an address of its own
 * as well, and who opens that runs it on the site's origin.
 */
const SVG_ACTIVE =
  /<!(?:DOCTYPE|ENTITY)|<\s*(?:[\w-]+:)?(?:script|foreignObject|iframe|object|embed|handler|set|animate\w*)\b|[\s/"']on\w+\s*=|javascript:|@import|(?:href|src)\s*=\s*(?!["']\s*(?:#|data:image\/(?:png|jpeg|webp)[;,]))|url\(\s*["']?\s*(?!#|["'#])|<\?xml-stylesheet|&#/i;

/**
 * Reads the logo that `site.logo` names, a file within the repository. One that cannot be used is a warning, and the site does
 * without it: it must not fall silent for the sake of a picture.
 */
export async function readLogo(root: string, path: string): Promise<Diagnosed<Logo | null>> {
  const refuse = (why: string, hint: string): Diagnosed<null> => ({
    value: null,
    diagnostics: [unusable(`the logo \`${path}\` ${why}, so the site is built without it`, hint)],
  });
  try {
    const [folder, file] = await Promise.all([realpath(root), realpath(join(root, path))]);
    const inside = relative(folder, file);
    if (inside === ".." || inside.startsWith(`..${sep}`))
      return refuse("lies outside the repository", "Keep the picture itself in the repository.");
    const { size } = await stat(file);
    if (size > LOGO_BYTES_MAX)
      return refuse(
        `is ${Math.ceil(size / 1024)} KB large`,
        `Make it ${LOGO_BYTES_MAX / 1024} KB or smaller: every page loads it.`,
      );
    const content = await readFile(file);
    const kind = extname(path).toLowerCase().replace(".jpeg", ".jpg");
    if (SIGNATURES[kind]?.(content) !== true)
      return refuse(`is no ${kind.slice(1).toUpperCase()} picture`, "Save it in the format that its name says.");
    if (kind === ".svg" && SVG_ACTIVE.test(content.toString("utf8")))
      return refuse(
        "holds scripts, animations or addresses of other files",
        "Save it as a plain SVG, or as a PNG: a picture on a public page must do nothing.",
      );
    return { value: { file: `logo${kind}`, content }, diagnostics: [] };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (typeof code !== "string") throw error;
    return refuse(`could not be read (${code})`, "Write `site.logo` as a path from the repository's root.");
  }
}

function unusable(summary: string, hint: string): Diagnostic {
  return { code: "site-logo-unusable", severity: "warning", summary, hint };
}
