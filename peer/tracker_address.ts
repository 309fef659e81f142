/**
 * The address of a community's tracker, as a person writes it: `HOST[:PORT]`, or one of its announce addresses
 * (`udp://HOST[:PORT]/announce`), in which the key of a private community stands before `announce`.
 *
 * @module
 */
import { type Endpoint, EndpointSyntaxError, formatEndpoint, parseEndpoint } from "../shared/endpoint.ts";

/** The port of a tracker whose address names none. */
const DEFAULT_TRACKER_PORT = 6969;

/** Which community, and how to get in. */
export interface CommunityAddress {
  readonly tracker: Endpoint;
  /** The secret of a private community. */
  readonly key?: string;
}

/** Reads either form; undefined when it is neither. */
export function readTrackerAddress(text: string): CommunityAddress | undefined {
  const announce = /^(?:udp|http):\/\/([^/?#]+)(?:\/([^/?#]+))?\/announce$/i.exec(text);
  const [, authority = text, key] = announce ?? [];
  // Where a web address names no port there is one all the same.
  const defaultPort = /^http:/i.test(text) ? 80 : DEFAULT_TRACKER_PORT;
  try {
    const tracker = parseEndpoint(authority, { defaultPort });
    return { tracker, ...(key === undefined ? {} : { key: decodeURIComponent(key) }) };
  } catch (error) {
    // The second is what a key with a broken escape is.
    if (!(error instanceof EndpointSyntaxError) && !(error instanceof URIError)) throw error;
    return undefined;
  }
}

/** The tracker's base for HTTP: the key of a private community is the first segment of every path. */
export function trackerBase({ tracker, key }: CommunityAddress): string {
  return `http://${formatEndpoint(tracker)}${key === undefined ? "" : `/${encodeURIComponent(key)}`}`;
}

/** The addresses to announce to, in the order to try them: UDP first, HTTP where datagrams do not pass. */
export function announceUrlsOf(address: CommunityAddress): readonly string[] {
  const base = trackerBase(address);
  return [`${base.replace("http:", "udp:")}/announce`, `${base}/announce`];
}
