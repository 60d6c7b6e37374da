import type { ServiceRule } from "../rule.ts";

/** A tag can be moved: what was reviewed would not be what runs. In development that is a convenience. */
export const imagesAreDigests: ServiceRule = {
  code: "image-not-a-digest",
  fact: "imagesAreDigests",
  *find({ image }, { environment }) {
    if (image === undefined || environment === null || environment === "development") return;
    if (/@sha256:[0-9a-f]{64}$/.test(image)) return;
    yield {
      keys: ["image"],
      at: "value",
      problem: {
        code: "image-not-a-digest",
        severity: "error",
        summary: `\`${image}\` is a tag, which can be moved, and ${environment} takes digests`,
        detail: "What was reviewed has to be what runs, and what a rollback brings back.",
        hint: "name the digest: `fairlead set ID image=NAME@sha256:…`, as the push of the image prints it",
      },
    };
  },
};
