/**
 * Where a program listens: host and port, their text (RFC 3986, RFC 5952) and the compact bytes of an address (BEP 23,
 * BEP 7). Two endpoints are the same place exactly when {@link formatEndpoint} gives the same text for both.
 *
 * @module
 */

/** A host and a TCP or UDP port (0 to 65,535). */
export interface Endpoint {
  /** IPv4 in dotted form, IPv6 text without brackets, or a name. */
  readonly host: string;
  /** 0 to 65,535; 0 asks the system for a free one. */
  readonly port: number;
}

/** Text that names no endpoint. */
export class EndpointSyntaxError extends SyntaxError {
  /** Always `EndpointSyntaxError`. */
  override readonly name = "EndpointSyntaxError";
  /** Index of the character where reading failed. */
  readonly offset: number;

  /** `offset` counts characters of the text that was read. */
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const MAX_PORT = 65_535;

/** A DNS name is at most 253 characters (RFC 1035 section 2.3.4, less the root's dot and its length byte). */
const MAX_HOST_LENGTH = 253;

/** `1.2.3.4:6881`, `[::1]:6881`, `name:6881`: unique per place for hosts in canonical form, so it serves as a key. */
export function formatEndpoint(endpoint: Endpoint): string {
  return endpoint.host.includes(":") ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`;
}

/**
 * Reads `host:port`, `[v6]:port`, and with a default port also `host` and a bare IPv6 address. Addresses come out in
 * canonical form, names in lower case.
 *
 * @throws {EndpointSyntaxError} when host or port are missing, malformed or out of range
 */
export function parseEndpoint(text: string, options?: { readonly defaultPort?: number }): Endpoint {
  const { hostText, hostOffset, portText } = splitEndpoint(text);
  return {
    host: canonicalHost(hostText, { text, offset: hostOffset, isBracketed: hostOffset === 1 }),
    port: portText === undefined ? defaultPort(text, options?.defaultPort) : portOf(portText, text),
  };
}

/**
 * The 4 or 16 bytes of an IP literal in network order; an IPv4-mapped IPv6 address (`::ffff:1.2.3.4`) gives its 4.
 * `undefined` for a name, or for an address with a zone.
 */
export function encodeAddress(host: string): Uint8Array | undefined {
  if (!host.includes(":")) return encodeIpv4(host);
  const bytes = encodeIpv6(host);
  return bytes !== undefined && isMapped(bytes) ? bytes.slice(12) : bytes;
}

/**
 * The canonical text of an address of 4 or 16 bytes (RFC 5952); an IPv4-mapped one becomes IPv4.
 *
 * @throws {RangeError} when there are not 4 or 16 bytes
 */
export function decodeAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) {
    throw new RangeError(`Cannot read ${bytes.length} bytes as an address: it has 4 or 16`);
  }
  return isMapped(bytes) ? bytes.subarray(12).join(".") : formatIpv6(bytes);
}

/** Whether the host is this very machine: 127.0.0.0/8, ::1, or the name `localhost` (RFC 6761). */
export function isLoopback(host: string): boolean {
  const address = encodeAddress(host);
  if (address === undefined) return /^(.+\.)?localhost\.?$/i.test(host);
  if (address.length === 4) return address[0] === 127;
  return address.every((byte, index) => byte === (index === 15 ? 1 : 0));
}

/**
 * Whether the address can only be reached from its own network: private (RFC 1918, RFC 4193) or link-local (RFC 3927,
 * RFC 4291). Loopback is not among them.
 */
export function isPrivate(host: string): boolean {
  const [first = 0, second = 0] = encodeAddress(host) ?? [];
  if (!host.includes(":") || host.includes(".")) {
    return first === 10 || (first === 172 && second >= 16 && second < 32) || (first === 192 && second === 168) ||
      (first === 169 && second === 254);
  }
  return (first & 0xfe) === 0xfc || (first === 0xfe && (second & 0xc0) === 0x80);
}

/**
 * One customer of a provider: an IPv4 address, or the /64 network that an IPv6 host chooses its addresses from. Text, to
 * be compared and to be a key.
 */
export function networkOf(host: string): string {
  const address = encodeAddress(host);
  return address?.length === 16 ? address.subarray(0, 8).toHex() : host;
}

/** The parts of `host:port`, of `[host]:port`, or of an IPv6 address alone; the port without its colon. */
function splitEndpoint(text: string): { hostText: string; hostOffset: number; portText: string | undefined } {
  if (text.startsWith("[")) {
    const end = text.indexOf("]");
    const rest = text.slice(end + 1);
    if (end < 0 || (rest !== "" && !rest.startsWith(":"))) {
      throw new EndpointSyntaxError(`Cannot read ${quote(text)} as an endpoint: brackets do not match`, end + 1);
    }
    return { hostText: text.slice(1, end), hostOffset: 1, portText: rest === "" ? undefined : rest.slice(1) };
  }
  const colon = text.indexOf(":");
  if (colon < 0 || text.includes(":", colon + 1)) return { hostText: text, hostOffset: 0, portText: undefined };
  return { hostText: text.slice(0, colon), hostOffset: 0, portText: text.slice(colon + 1) };
}

function canonicalHost(host: string, at: { text: string; offset: number; isBracketed: boolean }): string {
  const address = encodeAddress(host);
  if (address !== undefined && (!at.isBracketed || host.includes(":"))) return decodeAddress(address);
  const isName = !at.isBracketed && host.length <= MAX_HOST_LENGTH &&
    /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_.])?$/i.test(host);
  // A name whose last label is a number would be an address to every resolver (WHATWG URL, "ends in a number").
  if (!isName || /(^|\.)[0-9]+\.?$/.test(host)) {
    throw new EndpointSyntaxError(`Cannot read ${quote(at.text)} as an endpoint: its host is not one`, at.offset);
  }
  return host.toLowerCase();
}

function portOf(portText: string, text: string): number {
  const port = Number(portText);
  if (!/^[0-9]{1,5}$/.test(portText) || port > MAX_PORT) {
    const message = `Cannot read ${quote(text)} as an endpoint: its port is not a number from 0 to ${MAX_PORT}`;
    throw new EndpointSyntaxError(message, text.length - portText.length);
  }
  return port;
}

function defaultPort(text: string, port: number | undefined): number {
  if (port === undefined) {
    throw new EndpointSyntaxError(`Cannot read ${quote(text)} as an endpoint: its port is missing`, text.length);
  }
  return port;
}

function encodeIpv4(host: string): Uint8Array | undefined {
  // Leading zeros are refused: some resolvers take them for octal (RFC 6943 section 3.1.1).
  if (!/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(host)) return undefined;
  const numbers = host.split(".").map(Number);
  return numbers.every((number) => number < 256) ? Uint8Array.from(numbers) : undefined;
}

function encodeIpv6(host: string): Uint8Array | undefined {
  const halves = host.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const front = ipv6Bytes(head ?? [], tail === undefined);
  const back = ipv6Bytes(tail ?? [], true);
  if (front === undefined || back === undefined) return undefined;
  const given = front.length + back.length;
  // A double colon stands for at least one group (RFC 4291 section 2.2).
  if (tail === undefined ? given !== 16 : given > 14) return undefined;
  const bytes = new Uint8Array(16);
  bytes.set(front);
  bytes.set(back, 16 - back.length);
  return bytes;
}

/** The bytes of groups of hex digits, of which the last may be an IPv4 address if the text ends there. */
function ipv6Bytes(groups: readonly string[], isEnd: boolean): number[] | undefined {
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    const ipv4 = isEnd && index === groups.length - 1 ? encodeIpv4(group) : undefined;
    if (ipv4 !== undefined) {
      bytes.push(...ipv4);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else {
      return undefined;
    }
  }
  return bytes;
}

function isMapped(bytes: Uint8Array): boolean {
  for (let index = 0; index < 10; index++) if (bytes[index] !== 0) return false;
  return bytes[10] === 0xff && bytes[11] === 0xff;
}

/** Lower case, no leading zeros, the first longest run of two or more zero groups as `::` (RFC 5952 section 4). */
function formatIpv6(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(2 * index));
  let start = 0;
  let runLength = 1;
  for (let from = 0; from < 8; from++) {
    let end = from;
    while (end < 8 && groups[end] === 0) end++;
    if (end - from > runLength) [start, runLength] = [from, end - from];
  }
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(":");
  if (runLength < 2) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + runLength))}`;
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
