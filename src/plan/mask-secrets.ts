import type { FieldChange } from "../model/plan.ts";
import { isSecretRef } from "./secret-refs.ts";

/** A value for a machine to read: every secret is null, and `sensitive` says true at its place, as Terraform does. */
export interface Masked {
  readonly value: unknown;
  /** `{}` where nothing in it is sensitive. */
  readonly sensitive: unknown;
}

/** Takes references to secrets out of a value, and whatever stands at one of `concealed` paths. */
export function maskSecrets(value: unknown, concealed: readonly (readonly string[])[] = []): Masked {
  if (isSecretRef(value) || concealed.some((path) => path.length === 0)) return { value: null, sensitive: true };
  if (typeof value !== "object" || value === null) return { value, sensitive: {} };
  const below = (key: string): readonly (readonly string[])[] =>
    concealed.length === 0 ? concealed : concealed.filter((path) => path[0] === key).map((path) => path.slice(1));
  if (Array.isArray(value)) {
    const items = value.map((item, index) => maskSecrets(item, below(String(index))));
    const none = items.every(({ sensitive }) => isNothing(sensitive));
    return { value: items.map((item) => item.value), sensitive: none ? {} : items.map((item) => item.sensitive) };
  }
  const entries = Object.entries(value).map(([key, item]) => [key, maskSecrets(item, below(key))] as const);
  return {
    value: Object.fromEntries(entries.map(([key, masked]) => [key, masked.value])),
    sensitive: Object.fromEntries(
      entries.filter(([, masked]) => !isNothing(masked.sensitive)).map(([key, masked]) => [key, masked.sensitive]),
    ),
  };
}

/**
 * Which sides of a change nobody may see. Where a text in clear becomes a reference, or the reverse, the text is most likely
 * what the secret is or was.
 */
export function concealedSides({ before, after, format }: FieldChange): {
  readonly before: boolean;
  readonly after: boolean;
} {
  const secret = { before: isSecretRef(before), after: isSecretRef(after) };
  if (format !== "secret") return secret;
  return {
    before: secret.before || (secret.after && before !== undefined),
    after: secret.after || (secret.before && after !== undefined),
  };
}

function isNothing(sensitive: unknown): boolean {
  return (
    typeof sensitive === "object" &&
    sensitive !== null &&
    !Array.isArray(sensitive) &&
    Object.keys(sensitive).length === 0
  );
}
