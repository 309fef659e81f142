/**
 * The addresses of this machine that others may reach, as its interfaces say now.
 *
 * @module
 */
import { encodeAddress, type Endpoint, formatEndpoint, isLoopback } from "../shared/endpoint.ts";
import type { OwnAddress } from "./peer_reach.ts";

/** Where others reach what is bound to a host: IPv4 before IPv6, which nobody can read out to a friend. */
export function addressesOf({ host, port }: Endpoint): readonly string[] {
  const isEverywhere = host === "::" || host === "0.0.0.0";
  const hosts = isEverywhere ? ownAddresses().map(({ address }) => address) : [host];
  const readableFirst = hosts.toSorted((a, b) => Number(a.includes(":")) - Number(b.includes(":")));
  return readableFirst.map((address) => formatEndpoint({ host: address, port }));
}

/** This machine's addresses that others may reach; link-local ones of IPv6 mean nothing without their interface. */
export function ownAddresses(): readonly OwnAddress[] {
  return Deno.networkInterfaces().filter(({ address }) =>
    encodeAddress(address) !== undefined && !isLoopback(address) && !address.startsWith("fe80:")
  );
}
