/**
 * Announce addresses: which transport, where, and which tracker two of them name.
 * @module
 */

import { decodeAddress, encodeAddress, formatEndpoint } from "../../shared/endpoint.ts";
import { TrackerFailure } from "./tracker_failure.ts";

/** An announce address, read. */
export interface TrackerUrl {
  /** How to ask. */
  readonly transport: "udp" | "http";
  /** IP literal in canonical text, or a name. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** Path and query, from the first slash on; may be empty. */
  readonly path: string;
  /**
   * `host:port`. A program that speaks UDP and HTTP on one port number (ours does) is one tracker with one memory of
   * its clients, so what is known by one of its addresses counts for the other.
   */
  readonly authority: string;
}

/**
 * Reads an announce address. Throws a `TrackerFailure` that says never to ask again when it is none, or of a transport
 * that is not spoken here (`wss://` trackers are for browsers).
 */
export function parseTrackerUrl(text: string): TrackerUrl {
  if (!URL.canParse(text)) throw never(text, "it is not an address");
  const url = new URL(text);
  const transport = TRANSPORTS.get(url.protocol);
  if (transport === undefined) throw never(text, "only udp, http and https are spoken here");
  const port = url.port === "" ? DEFAULT_PORTS.get(url.protocol) : Number(url.port);
  if (port === undefined || port === 0) throw never(text, "it has no port");
  const host = canonicalHost(url.hostname);
  if (host === "") throw never(text, "it has no host");
  return { transport, host, port, path: url.pathname + url.search, authority: formatEndpoint({ host, port }) };
}

/** The `authority` of an announce address; of one that is none, the text itself. */
export function authorityOf(text: string): string {
  try {
    return parseTrackerUrl(text).authority;
  } catch (error) {
    if (!(error instanceof TrackerFailure)) throw error;
    return text;
  }
}

const TRANSPORTS = new Map<string, TrackerUrl["transport"]>([["udp:", "udp"], ["http:", "http"], ["https:", "http"]]);
const DEFAULT_PORTS = new Map([["http:", 80], ["https:", 443]]);

function never(url: string, reason: string): TrackerFailure {
  return new TrackerFailure(url, reason, { retryInSeconds: Infinity });
}

/** URL leaves the host of a scheme it does not know as it is: brackets, upper case and all. */
function canonicalHost(hostname: string): string {
  const host = hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  const bytes = encodeAddress(host);
  return bytes === undefined ? host : decodeAddress(bytes);
}
