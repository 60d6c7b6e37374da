/** A colour as sRGB, each part from 0 to 255. */
type Colour = readonly [number, number, number];

/** Every surface that a link may stand on, as `site/src/styles/tokens.css` has them (a test compares). */
export const SURFACES = {
  light: ["#f6f5f2", "#ffffff", "#efede8", "#e4f3ea", "#fbefd9", "#fbe6e4", "#e6ecf8", "#ecebe7"],
  dark: ["#131416", "#1b1d20", "#232629", "#16291f", "#2e2412", "#341a18", "#1a2236", "#222427"],
} as const;

/** WCAG 2.2, 1.4.3, with a little to spare for rounding. */
const CONTRAST_MIN = 4.55;
const STEPS = 100;

/**
 * The accent colour for either scheme: as declared where it can be read on every surface, else mixed with black or with white
 * until it can. `#rrggbb` each.
 */
export function accentColours(accent: string): { readonly light: string; readonly dark: string } {
  return {
    light: readable(accent, { on: SURFACES.light, towards: [0, 0, 0] }),
    dark: readable(accent, { on: SURFACES.dark, towards: [255, 255, 255] }),
  };
}

function readable(
  accent: string,
  { on, towards }: { readonly on: readonly string[]; readonly towards: Colour },
): string {
  const colour = parsed(accent);
  for (let step = 0; step < STEPS; step++) {
    const mixed = written(mix(colour, towards, step / STEPS));
    if (on.every((surface) => contrast(mixed, surface) >= CONTRAST_MIN)) return mixed;
  }
  return written(towards);
}

/** The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(one: string, other: string): number {
  const [light = 1, dark = 0] = [luminance(parsed(one)), luminance(parsed(other))].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** Relative luminance (WCAG 2.2). */
function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mix(colour: Colour, towards: Colour, share: number): Colour {
  const part = (index: 0 | 1 | 2): number => Math.round(colour[index] * (1 - share) + towards[index] * share);
  return [part(0), part(1), part(2)];
}

function parsed(hex: string): Colour {
  const part = (index: number): number => Number.parseInt(hex.slice(1 + 2 * index, 3 + 2 * index), 16);
  return [part(0), part(1), part(2)];
}

function written(colour: Colour): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
