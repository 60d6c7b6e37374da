/** A file's content as parsed: plain data without forbidden keys. Never changed; merging makes new objects. */
export type Raw = Readonly<Record<string, unknown>>;

/** The ways of saying what runs, each with what belongs to it alone. They are one choice. */
const RUNNERS: Readonly<Record<string, readonly string[]>> = {
  template: ["template_options"],
  command: ["source", "watch", "processes"],
  image: ["processes"],
  external: [],
};

/**
 * Lays `upper` over `lower`: mappings merge key by key, everything else (lists too) replaces. Nothing can be removed
 * (the schema takes no null), but for one thing: what runs is a single choice, so an overlay that names one way of running
 * (`image` in production, say) sets the others of `lower` aside with what belongs to them.
 */
export function overlay(lower: Raw, upper: Raw): Raw {
  return merge(withoutOtherRunners(lower, upper), upper);
}

function merge(lower: Raw, upper: Raw): Raw {
  const merged: Record<string, unknown> = { ...lower };
  for (const [key, value] of Object.entries(upper)) {
    const below = Object.hasOwn(lower, key) ? lower[key] : undefined;
    merged[key] = isMapping(value) && isMapping(below) ? merge(below, value) : value;
  }
  return merged;
}

function withoutOtherRunners(lower: Raw, upper: Raw): Raw {
  const chosen = Object.keys(RUNNERS).filter((key) => Object.hasOwn(upper, key) && upper[key] !== false);
  if (chosen.length === 0) return lower;
  const kept = new Set(chosen.flatMap((key) => [key, ...(RUNNERS[key] ?? [])]));
  const dropped = new Set(
    Object.entries(RUNNERS)
      .filter(([key]) => Object.hasOwn(lower, key) && !chosen.includes(key))
      .flatMap(([key, belongings]) => [key, ...belongings])
      .filter((key) => !kept.has(key)),
  );
  return Object.fromEntries(Object.entries(lower).filter(([key]) => !dropped.has(key)));
}

/**
 * Rewrites the seed's short form into the long one: `configuration.port` → `networking.port`, `.environment` →
 * `environment.NODE_ENV`, `.rateLimiting` → `networking.rate_limiting`. Where both are written, the long form wins.
 * Done before merging, so that an overlay may use either form over the other.
 */
export function withoutShortForm(raw: Raw): Raw {
  const short = raw["configuration"];
  if (!isMapping(short)) return raw;
  const { configuration: _, ...long } = raw;
  const written: Record<string, Record<string, unknown>> = {};
  for (const [key, [block, name]] of Object.entries(SHORT_FORMS))
    if (Object.hasOwn(short, key)) written[block] = { ...written[block], [name]: short[key] };
  return merge(written, long);
}

/** Key of `configuration` → the path it stands for. */
export const SHORT_FORMS: Readonly<Record<string, readonly [block: string, key: string]>> = {
  port: ["networking", "port"],
  environment: ["environment", "NODE_ENV"],
  rateLimiting: ["networking", "rate_limiting"],
};

export function isMapping(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
