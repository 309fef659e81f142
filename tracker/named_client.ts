/**
 * What a client's owner calls it, as it is kept outside of the state: in a snapshot on disk, or with other trackers. Pure.
 *
 * @module
 */
import * as v from "valibot";
import { checkDisplayName } from "../shared/display_name.ts";
import { encodeAddress } from "../shared/endpoint.ts";
import { IdSyntaxError, parsePeerId } from "../shared/ids.ts";
import type { ClientName } from "./swarm_registry.ts";

/** A client and its name. */
export interface NamedClient extends ClientName {
  /** Empty: its owner took the name away. */
  readonly displayName: string;
}

const schema = v.pipe(
  v.string(),
  v.parseJson(),
  v.tuple([v.string(), v.string(), v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)), v.string()]),
);

/** The client as a line of text. */
export function encodeNamedClient({ peerId, host, port, displayName }: NamedClient): string {
  return JSON.stringify([peerId, host, port, displayName]);
}

/** Reads what {@link encodeNamedClient} wrote; undefined for anything else, as others may write where it was kept. */
export function decodeNamedClient(text: string): NamedClient | undefined {
  const parsed = v.safeParse(schema, text);
  if (!parsed.success) return undefined;
  const [hex, host, port, name] = parsed.output;
  const checked = checkDisplayName(name);
  if (checked.type === "refused" || encodeAddress(host) === undefined) return undefined;
  try {
    return { peerId: parsePeerId(hex), host, port, displayName: checked.name };
  } catch (error) {
    if (!(error instanceof IdSyntaxError)) throw error;
    return undefined;
  }
}
