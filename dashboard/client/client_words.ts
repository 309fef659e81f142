/**
 * What the tracker knows of clients and swarms, said in words. Pure.
 *
 * @module
 */
import type { ClientView, SwarmView } from "../../shared/tracker_dashboard_views.ts";
import { formatCount } from "../../shared/format.ts";

const reachWords: Readonly<Record<ClientView["reach"], string>> = {
  loopback: "on this computer",
  private: "on the local network",
  public: "from the internet",
};

/**
 * How a client connects.
 *
 * @param client the client
 * @returns for instance `["from the internet", "UDP, IPv4", "reachable from outside"]`
 */
export function connectionWords(
  client: Pick<ClientView, "reach" | "transport" | "ipVersion" | "isReachable">,
): readonly string[] {
  const { reach, transport, ipVersion, isReachable } = client;
  const way = [transport?.toUpperCase(), ipVersion === undefined ? undefined : `IPv${ipVersion}`]
    .filter((part) => part !== undefined).join(", ");
  return [
    reachWords[reach],
    ...(way === "" ? [] : [way]),
    ...(isReachable === undefined ? [] : [isReachable ? "reachable from outside" : "not reachable from outside"]),
  ];
}

/** How well a swarm does. */
export interface SwarmHealth {
  readonly tone: "good" | "fair" | "wrong";
  readonly words: string;
}

/**
 * Whether whoever wants a file can get all of it, and whether that is likely to stay so.
 *
 * @param swarm the swarm
 */
export function swarmHealth(swarm: Pick<SwarmView, "seederCount" | "leecherCount" | "copyCount">): SwarmHealth {
  const { seederCount, leecherCount, copyCount } = swarm;
  if (seederCount > 1) return { tone: "good", words: `Healthy: ${seederCount.toLocaleString("en")} have all of it` };
  if (seederCount === 1) return { tone: "fair", words: "Only one has all of it" };
  if (copyCount === undefined || leecherCount === 0) {
    return { tone: "wrong", words: "At risk: nobody here has all of it" };
  }
  return copyCount < 1
    ? { tone: "wrong", words: `Incomplete: at least ${missingPercent(copyCount)} % is with nobody here` }
    : { tone: "fair", words: `Shared out: ${formatCount(leecherCount, "client")} may have all of it together` };
}

/** Of what nobody has; never told as nothing. */
function missingPercent(copyCount: number): number {
  return Math.max(1, Math.floor((1 - copyCount) * 100));
}
