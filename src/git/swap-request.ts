import type { SwapRequest } from "../model/ref-store.ts";
import { isSafePath } from "./file-path.ts";

/** Throws at a request that no caller of ours may make: these are bugs, never a user's input. */
export function checkSwap(request: SwapRequest): void {
  checkRef(request.ref);
  if (!/^[\w:.-]{1,200}$/.test(request.nonce)) throw new TypeError("a swap needs a random nonce of letters and digits");
  if (request.expected !== null && !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(request.expected))
    throw new TypeError(`not an object id: ${request.expected}`);
  for (const path of request.put.keys()) if (!isSafePath(path)) throw new TypeError(`not a path to write: ${path}`);
}

/** Carries a swap's nonce in its commit's message. */
export const NONCE_TRAILER = "Fairlead-Nonce";

/** The commit's message: what people read in the log, and the nonce that tells two identical swaps apart. */
export function commitMessage(request: Pick<SwapRequest, "message" | "nonce">): string {
  const message = request.message.trim();
  // Trailers are one block at the end: what stands there already gets company, not a second block.
  const gap = /\n[\w-]+: [^\n]+$/.test(message) ? "\n" : "\n\n";
  return `${message}${gap}${NONCE_TRAILER}: ${request.nonce}\n`;
}

/** Throws at what is no full name of a ref. */
export function checkRef(ref: string): void {
  if (!/^refs\/[\w.-]+(?:\/[\w.-]+)+$/.test(ref) || /\.\.|\/\.|\.lock(\/|$)|\.(\/|$)/.test(ref))
    throw new TypeError(`not a full ref name: ${ref}`);
}
