/**
 * Makes what all torrents of one program share: binds the port, starts the workers, the announcer and the discovery. All
 * of it lives in the scope that is handed in.
 *
 * @module
 */
import { createPeerId, type InfoHash } from "../shared/ids.ts";
import type { AnnounceEvent } from "../shared/wire/announce.ts";
import type { Handshake } from "../shared/wire/handshake.ts";
import { BanList } from "./ban_list.ts";
import { Discoveries, type Found } from "./discovery.ts";
import type { Engine } from "./engine.ts";
import { Announcer } from "./net/announcer.ts";
import { trackerAsker } from "./net/ask_tracker.ts";
import type { PeerConnection } from "./net/connection.ts";
import { tellingLanAddress } from "./net/lan_address.ts";
import { type HandshakeAnswer, PeerListener } from "./net/listener.ts";
import { RateLimiter } from "./net/rate_limiter.ts";
import { UdpTrackerClient } from "./net/udp_tracker_client.ts";
import { openToOutside } from "./reachability.ts";
import type { SessionOptions } from "./session_options.ts";
import { HashPool } from "./storage/hash_pool.ts";
import { OpenFiles } from "./storage/open_files.ts";
import { PieceBuffers } from "./storage/piece_buffers.ts";
import { defaultSwarmSettings } from "./swarm/settings.ts";

/** How to make an engine, and whom it tells of what comes from outside. */
export interface EngineOptions
  extends Pick<SessionOptions, "host" | "port" | "lan" | "dht" | "mapPort" | "yieldsToPeers"> {
  /** The limits to start with, in bytes a second; absent: none. */
  readonly rates: { readonly downloadRate?: number; readonly uploadRate?: number };
  /** Which torrent an incoming handshake is for; undefined: none of ours. */
  readonly route: (handshake: Handshake) => HandshakeAnswer | undefined;
  /** Of all torrents that are here, by all names: encrypted handshakes name theirs by a hash. */
  readonly infoHashes: () => Iterable<InfoHash>;
  readonly onConnection: (connection: PeerConnection) => void;
  /** Where we are on our own network, if the tracker at this address is to be told. */
  readonly lanAddressFor: (url: string) => Promise<string | undefined> | undefined;
  /** A tracker has answered. */
  readonly onAnnounced: (url: string, event: AnnounceEvent) => void;
  /** Peers were found without a tracker. Gives whether the torrent is here. */
  readonly onFound: (infoHash: InfoHash, found: Found) => boolean;
}

/** Opens the engine in a scope. @throws Deno.errors.AddrInUse */
export function openEngine(options: EngineOptions, scope: AsyncDisposableStack): Engine {
  const { rates, port, lan = false, dht = false, onFound } = options;
  const host = options.host === undefined ? {} : { host: options.host };
  const downloadLimiter = limiter(rates.downloadRate);
  const uploadLimiter = limiter(rates.uploadRate);
  const peerId = createPeerId(crypto.getRandomValues(new Uint8Array(12)));
  const pool = scope.use(new HashPool());
  const files = scope.use(new OpenFiles());
  const { route, infoHashes, onConnection } = options;
  const listener = scope.use(
    PeerListener.listen({ ...host, port, downloadLimiter, uploadLimiter, route, infoHashes, onConnection }),
  );
  const listenPort = listener.port;
  const random = Math.random;
  const udp = scope.use(new UdpTrackerClient({ random }));
  if (options.mapPort) scope.use(openToOutside(listenPort));
  const { onAnnounced, lanAddressFor } = options;
  const ask = tellingLanAddress(trackerAsker({ udp }), lanAddressFor);
  const announcer = scope.use(new Announcer({ peerId, port: listenPort, random, udp, ask, onAnnounced }));
  const discovery = scope.use(new Discoveries({ ...host, lan, dht, port: listenPort, onFound }));
  return {
    peerId,
    listenPort,
    announcer,
    discovery,
    pool,
    buffers: new PieceBuffers(),
    files,
    downloadLimiter,
    uploadLimiter,
    bans: new BanList(),
    swarmSettings: { ...defaultSwarmSettings, yieldsToPeers: options.yieldsToPeers ?? false },
    now: () => performance.now(),
    random,
  };
}

function limiter(rateBytesPerSecond: number | undefined): RateLimiter {
  return new RateLimiter(rateBytesPerSecond === undefined ? {} : { rateBytesPerSecond });
}
