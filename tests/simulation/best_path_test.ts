import assert from "node:assert/strict";
import type { InfoHash } from "../../shared/ids.ts";
import { Swarms } from "../../tracker/swarms.ts";
import { sampleInfo } from "./sample_torrent.ts";
import { type LinkSpeed, NetworkPlace } from "./simulated_network.ts";
import type { SimulatedHouse, SimulatedPeer } from "./simulated_peer.ts";
import { Simulation } from "./simulation.ts";

const SEED = 20_260_301;
const HOUSES = 8;
const PEERS_PER_HOUSE = 6;
const MEGABYTE = 1_000_000;

/** Each peer hears of so many others, a quarter of the swarm. */
const WANTED_COUNT = 12;

const LINE: LinkSpeed = { uploadBytesPerSecond: MEGABYTE, downloadBytesPerSecond: 5 * MEGABYTE, delayMs: 10 };
const LAN: LinkSpeed = { uploadBytesPerSecond: 100 * MEGABYTE, downloadBytesPerSecond: 100 * MEGABYTE, delayMs: 0.2 };

/** The real tracker's choice: everybody announces from its house's public address, and tells its address there. */
class Neighbourhood {
  readonly #swarms = new Swarms({ intervalSeconds: 60, random: () => 0 });
  readonly #infoHash: InfoHash;
  readonly #byPort = new Map<number, SimulatedPeer>();
  readonly #publicHosts = new Map<SimulatedPeer, string>();

  /** The swarm of this torrent. */
  constructor(infoHash: InfoHash) {
    this.#infoHash = infoHash;
  }

  /** A peer behind this public address. */
  add(peer: SimulatedPeer, publicHost: string): void {
    this.#byPort.set(10_000 + this.#byPort.size, peer);
    this.#publicHosts.set(peer, publicHost);
  }

  /** What an announce of this peer is answered with. */
  choose(peer: SimulatedPeer): readonly SimulatedPeer[] {
    const [port = 0] = [...this.#byPort].find(([, other]) => other === peer) ?? [];
    const result = this.#swarms.announce({
      host: this.#publicHosts.get(peer) ?? "203.0.113.250",
      announce: {
        infoHash: this.#infoHash,
        peerId: peer.peerId,
        port,
        uploaded: 0,
        downloaded: 0,
        left: peer.verifiedShare === 1 ? 0 : 1,
        numWant: WANTED_COUNT,
        ip: peer.endpoint.host,
      },
    }, 0);
    assert(result.type === "answered");
    return result.response.peers.flatMap((given) => this.#byPort.get(given.port) ?? []);
  }
}

/**
 * Everybody wants what one seeder elsewhere has, at once. Gives the share inside of houses of what could have been: each
 * byte comes into a house once, and from there to the others in it.
 */
function insideShare(pieceCount: number, isBestPath: boolean): { readonly inside: number; readonly lastMs: number } {
  const info = sampleInfo({ length: pieceCount * 32_768, pieceLength: 32_768 });
  const neighbourhood = new Neighbourhood(info.infoHash);
  const byChance = (peer: SimulatedPeer) => simulation.byChance(peer).slice(0, WANTED_COUNT);
  const simulation: Simulation = new Simulation({
    info,
    seed: SEED,
    choosePeers: (peer) => {
      const chosen = neighbourhood.choose(peer);
      return isBestPath ? chosen : byChance(peer);
    },
  });
  const settings = { maxPeers: WANTED_COUNT };
  const add = (host: string, options: { readonly house?: SimulatedHouse; readonly isSeeder?: boolean }) => {
    const peer = simulation.add({ speed: { ...LINE, uploadBytesPerSecond: 4 * MEGABYTE }, settings, ...options });
    neighbourhood.add(peer, host);
    return peer;
  };
  add("203.0.113.250", { isSeeder: true });
  const peers: SimulatedPeer[] = [];
  for (let number = 1; number <= HOUSES; number++) {
    const house = { line: new NetworkPlace(simulation.clock, LINE), lan: LAN };
    for (let peer = 0; peer < PEERS_PER_HOUSE; peer++) peers.push(add(`203.0.113.${number}`, { house }));
  }
  assert(simulation.runToCompletion({ withinMs: 10 * 60_000 }), "not complete");
  const byName = new Map(peers.map((peer) => [peer.name, peer]));
  let insideBytes = 0;
  for (const peer of peers) {
    for (const [from, bytes] of peer.receivedFrom) {
      const sender = byName.get(from);
      if (sender !== undefined && peer.isNear(sender)) insideBytes += bytes;
    }
  }
  const couldBytes = HOUSES * (PEERS_PER_HOUSE - 1) * info.geometry.length;
  return {
    inside: insideBytes / couldBytes,
    lastMs: Math.max(...peers.map(({ completedAtMs }) => completedAtMs ?? Infinity)),
  };
}

for (const pieceCount of [16, 64, 256]) {
  Deno.test(`best path: what a house has is not fetched again, of ${pieceCount} pieces (seed ${SEED})`, () => {
    const withIt = insideShare(pieceCount, true);
    const without = insideShare(pieceCount, false);
    const tell = ({ inside, lastMs }: typeof withIt) =>
      `${(100 * inside).toFixed(1)} % in ${(lastMs / 1000).toFixed(1)} s`;
    console.log(`inside of the houses, of what could be: ${tell(withIt)}; told of peers by chance: ${tell(without)}`);
    assert(withIt.inside > 0.9, "less than 90 % of what could stay inside did");
    assert(withIt.inside > without.inside, "no more than by chance");
  });
}
