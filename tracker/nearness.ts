/**
 * From how far away a host can be reached, and whether two hosts most likely share a network: in words for people; the
 * order in which peers are given has its own, faster way. Pure.
 *
 * @module
 */
import { encodeAddress, isLoopback, isPrivate } from "../shared/endpoint.ts";

/** Bytes of an IPv6 address that name its network: a /64. */
const NETWORK_LENGTH = 8;

/** From where an address leads to the host: the same computer, the same private network, anywhere. */
export function reachOfHost(host: string): "loopback" | "private" | "public" {
  return isLoopback(host) ? "loopback" : isPrivate(host) ? "private" : "public";
}

/** Whether two hosts are on one network. Whoever reaches us from a private address is in our own private network. */
export function areNear(a: string, b: string): boolean {
  if (a === b) return true;
  const isHome = [a, b].map((host) => reachOfHost(host) !== "public");
  if (isHome.includes(true)) return !isHome.includes(false);
  const [left, right] = [encodeAddress(a), encodeAddress(b)];
  if (left?.length !== 16 || right?.length !== 16) return false;
  return left.subarray(0, NETWORK_LENGTH).every((byte, index) => byte === right[index]);
}
