import type { SourceValue } from "./source-value.ts";

/** JSON as located values; a sentence where it is none. Numbers, depth and length are whatever JSON.parse takes. */
export function readJson(path: string, text: string): SourceValue | string {
  try {
    return located(JSON.parse(text), path, "");
  } catch {
    return "it is not JSON";
  }
}

function located(value: unknown, file: string, path: string): SourceValue {
  const place = path === "" ? file : `${file}: ${path}`;
  return {
    value,
    place,
    before: "",
    after: "",
    fields: () =>
      new Map(
        isMapping(value)
          ? Object.entries(value).map(([key, one]) => [
              key,
              located(one, file, path === "" ? shown(key) : `${path}.${shown(key)}`),
            ])
          : [],
      ),
    items: () => (Array.isArray(value) ? value.map((one, index) => located(one, file, `${path}[${index}]`)) : []),
  };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(key: string): string {
  return key.slice(0, 60);
}
