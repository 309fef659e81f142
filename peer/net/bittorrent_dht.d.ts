/**
 * What we use of `bittorrent-dht`, which comes without types.
 *
 * @module
 */

/** A node of the mainline DHT (BEP 5). */
export default class DHT {
  constructor(options: { readonly bootstrap?: false | readonly string[]; readonly host?: string });
  on(event: "peer", listener: (peer: DhtAddress, infoHash: Uint8Array, from: DhtNode | null) => void): this;
  on(event: "error" | "warning", listener: (error: Error) => void): this;
  on(event: "ready", listener: () => void): this;
  listen(port: number, address: string, onListening: () => void): void;
  address(): { readonly port: number };
  announce(infoHash: string, port: number, onDone: (error: Error | null) => void): void;
  destroy(onDone: () => void): void;
}

/** A peer of a torrent. */
export interface DhtAddress {
  readonly host: string;
  readonly port: number;
}

/** A node that answered. */
export interface DhtNode {
  readonly address?: string;
  readonly host?: string;
}
