import type { Ms } from "../model/basics.ts";

/**
 * A `fetch` that gives up in time and hands out whole answers only. Octokit reads a body that breaks off as an empty one, and
 * a 200 that says nothing would pass for a yes.
 */
export function wholeAnswer(requestMaxMs: Ms): typeof fetch {
  return async (input, init) => {
    const signal = AbortSignal.timeout(requestMaxMs);
    const answer = await fetch(input, { ...init, signal });
    const body = await answer.arrayBuffer();
    if (body.byteLength > 0 && /\bjson\b/.test(answer.headers.get("content-type") ?? "")) {
      JSON.parse(new TextDecoder().decode(body));
    }
    const empty = answer.status === 204 || answer.status === 205 || answer.status === 304;
    const whole = new Response(empty ? null : body, answer);
    return Object.defineProperty(whole, "url", { value: answer.url });
  };
}
