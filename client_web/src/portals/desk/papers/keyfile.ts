/** The public halves in a custodian's key file; the private half is sealed under a passphrase and is not read. Pure. */

export interface PublicKeys {
  readonly name: string;
  readonly signing_key: string;
  readonly sealing_key: string;
}

export function publicKeysOf(text: string): PublicKeys | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? read(value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function read(value: Record<string, unknown>): PublicKeys | null {
  const nested = value["body"] ?? value["public"] ?? value;
  const inner = typeof nested === "object" && nested !== null ? (nested as Record<string, unknown>) : value;
  const signing = inner["signing_key"];
  const sealing = inner["sealing_key"];
  if (typeof signing !== "string" || typeof sealing !== "string") return null;
  const name = value["name"] ?? inner["name"];
  return { name: typeof name === "string" ? name : "", signing_key: signing, sealing_key: sealing };
}
