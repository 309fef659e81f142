/**
 * The few things that every user of a TCP socket here needs: which errors are the network's, closing, writing all.
 * @module
 */

import { decodeAddress, encodeAddress, type Endpoint } from "../../shared/endpoint.ts";

/** An error of the operating system about a socket or an address, as opposed to a fault in this program. */
export function isNetworkError(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) return false;
  // Deno has classes for the common errors; the others ("No route to host", a name that is unknown) are plain errors
  // that it made from the system's: those carry a code, or are told by their text.
  return NETWORK_ERRORS.some((kind) => error instanceof kind) || SYSTEM_ERROR.test(error.message);
}

const NETWORK_ERRORS = [
  Deno.errors.AddrInUse,
  Deno.errors.AddrNotAvailable,
  Deno.errors.BadResource,
  Deno.errors.BrokenPipe,
  Deno.errors.ConnectionAborted,
  Deno.errors.ConnectionRefused,
  Deno.errors.ConnectionReset,
  Deno.errors.Interrupted,
  Deno.errors.NetworkUnreachable,
  Deno.errors.NotConnected,
  Deno.errors.NotFound,
  Deno.errors.PermissionDenied,
  Deno.errors.TimedOut,
  Deno.errors.UnexpectedEof,
];

const SYSTEM_ERROR = /\(os error \d+\)|failed to lookup address|getaddrinfo/;

/** Closes a socket that may be closed already. */
export function closeSocket(socket: { close(): void }): void {
  try {
    socket.close();
  } catch (error) {
    // Closing twice is how a timer and an ending loop meet.
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

/** Writes all of `bytes`, however many writes that takes. */
export async function writeAll(
  socket: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
): Promise<void> {
  for (let offset = 0; offset < bytes.length;) offset += await socket.write(bytes.subarray(offset));
}

/** The endpoint of a socket's address in canonical text; IPv4 that came over IPv6 (`::ffff:1.2.3.4`) is IPv4. */
export function endpointOf(address: Deno.NetAddr): Endpoint {
  const bytes = encodeAddress(address.hostname);
  return { host: bytes === undefined ? address.hostname : decodeAddress(bytes), port: address.port };
}
