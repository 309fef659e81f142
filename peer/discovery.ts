/**
 * Finding peers without a tracker: which torrents are here is told to every way of discovery that is switched on, and
 * what they find comes back to the session.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Endpoint, isLoopback } from "../shared/endpoint.ts";
import type { InfoHash } from "../shared/ids.ts";
import { DhtDiscovery } from "./net/dht_discovery.ts";
import { LanDiscovery } from "./net/lan_discovery.ts";
import { LanSocket } from "./net/lan_socket.ts";
import { isMeaningful } from "./peer_exchange.ts";
import type { CandidateSource } from "./swarm/swarm_event.ts";

/** Takes note of torrents that are here and may be spoken of: never of private ones (BEP 27). */
export interface Discovery {
  /** A torrent is here from now on. */
  add(infoHash: InfoHash): void;
  /** It is here no longer. */
  remove(infoHash: InfoHash): void;
}

/** Which ways are switched on, and who hears of what they find. */
export interface DiscoveryOptions {
  /** Multicast on the local network (BEP 14). */
  readonly lan: boolean;
  /** The mainline DHT (BEP 5). */
  readonly dht: boolean;
  /** The only address that peers reach us at; absent: every address of this machine. */
  readonly host?: string;
  /** The port where peers reach us. */
  readonly port: number;
  /** Somebody may have a torrent. True when it is here, and may be spoken of. */
  readonly onFound: (infoHash: InfoHash, found: Found) => boolean;
}

/** Peers that were found, and how. */
export interface Found {
  readonly candidates: readonly Endpoint[];
  readonly source: CandidateSource;
  /** They will not hear of us soon: to be dialled also when we want nothing. */
  readonly isUrgent: boolean;
}

/** All ways that are switched on; without any it does nothing. */
export class Discoveries implements Discovery, AsyncDisposable {
  readonly #ways: Discovery[] = [];
  readonly #scope = new AsyncDisposableStack();

  /** Opens what is switched on. A network that is not there is logged, and is not our failure. */
  constructor(options: DiscoveryOptions) {
    // Who is reached on this machine only has nothing to say to others.
    if (isLoopback(options.host ?? "")) return;
    if (options.lan) this.#ways.push(this.#openLan(options));
    if (options.dht) this.#ways.push(this.#openDht(options));
  }

  /** A torrent is here from now on. */
  add(infoHash: InfoHash): void {
    for (const way of this.#ways) way.add(infoHash);
  }

  /** It is here no longer. */
  remove(infoHash: InfoHash): void {
    for (const way of this.#ways) way.remove(infoHash);
  }

  /** Falls silent, and closes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.disposeAsync();
  }

  #openLan({ host, port, onFound }: DiscoveryOptions): Discovery {
    const logger = getLogger(["playswarm", "peer", "lan"]);
    const socket = this.#scope.use(LanSocket.open({
      host,
      onDatagram: (datagram, from) => lan.receive(datagram, from),
      onFault: (error) => logger.info("The local network is not reached everywhere: {error}", { error: error.message }),
    }));
    const lan = this.#scope.use(
      new LanDiscovery({
        port,
        cookie: crypto.getRandomValues(new Uint8Array(8)).toHex(),
        transport: socket,
        onPeer: (infoHash, { endpoint, isUrgent }) =>
          onFound(infoHash, { candidates: [endpoint], source: "lan", isUrgent }),
      }),
    );
    return lan;
  }

  #openDht({ host, port, onFound }: DiscoveryOptions): Discovery {
    const logger = getLogger(["playswarm", "peer", "dht"]);
    return this.#scope.use(
      new DhtDiscovery({
        host,
        port,
        onPeer(infoHash, { endpoint, from }) {
          // Hearsay of strangers, as a peer exchange is.
          if (!isMeaningful(endpoint.host, from)) return;
          onFound(infoHash, { candidates: [endpoint], source: "exchange", isUrgent: false });
        },
        onFault: (error) => logger.warn("The DHT cannot be used: {error}", { error: error.message }),
      }),
    );
  }
}
