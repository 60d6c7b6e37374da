import { type ImpactTable, ruleAt } from "../model/impact.ts";
import type { SecretRef, Spec } from "../model/service.ts";

/** A reference as plans hold it: with the id of the secret's ciphertext, where there is one. Never a value. */
export interface SecretAtVersion extends SecretRef {
  readonly version?: string;
}

/** By shape alone, wherever it stands: what looks like a reference is treated as one, so that nothing slips through. */
export function isSecretRef(value: unknown): value is SecretAtVersion {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  if (!keys.every((key) => key === "secret" || key === "version")) return false;
  return typeof (value as { readonly secret?: unknown }).secret === "string";
}

/** The value with the version of its secret beside each reference in it. */
export function atVersions(value: unknown, secrets: Readonly<Record<string, string>>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => atVersions(item, secrets));
  if (isSecretRef(value)) {
    const version = Object.hasOwn(secrets, value.secret) ? secrets[value.secret] : undefined;
    return { secret: value.secret, ...(version === undefined ? {} : { version }) };
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, atVersions(item, secrets)]));
}

export interface UsedSecret {
  readonly name: string;
  /** Where it is referred to; list items by their index. */
  readonly path: readonly string[];
}

/** The secrets that a spec refers to, at the places where the schema knows secrets. */
export function secretsUsed(spec: Spec, impacts: ImpactTable): UsedSecret[] {
  const used: UsedSecret[] = [];
  const visit = (value: unknown, path: readonly string[]): void => {
    if (typeof value !== "object" || value === null) return;
    if (isSecretRef(value) && ruleAt(impacts, path).format === "secret") used.push({ name: value.secret, path });
    else for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
  };
  visit(spec, []);
  return used;
}
