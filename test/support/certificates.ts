import { isIP } from "node:net";
import { generate } from "selfsigned";

export interface Pem {
  readonly key: string;
  readonly cert: string;
}

const DAY_MS = 86_400_000;

/** An authority of the test's own. */
export async function authority(): Promise<Pem> {
  const { private: key, cert } = await generate([{ name: "commonName", value: "Test authority" }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() - DAY_MS),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, digitalSignature: true, critical: true },
    ],
  });
  return { key, cert };
}

/** A certificate for `name` from `days.from` to `days.to`, counted from now; signed by `ca`, or by itself. */
export async function certificate(on: {
  readonly name?: string;
  readonly days?: { readonly from: number; readonly to: number };
  readonly ca?: Pem;
}): Promise<Pem> {
  const { name = "localhost", days = { from: -1, to: 90 }, ca } = on;
  const { private: key, cert } = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() + days.from * DAY_MS),
    // A little more, so that whole days are left.
    notAfterDate: new Date(Date.now() + days.to * DAY_MS + 60_000),
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "subjectAltName", altNames: [isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name }] },
    ],
    ...(ca === undefined ? {} : { ca }),
  });
  return { key, cert };
}
