/**
 * What a session is opened with.
 *
 * @module
 */
import type { Endpoint } from "../shared/endpoint.ts";
import type { PeerMode } from "../shared/media_kind.ts";

/** What a session is opened with. */
export interface SessionOptions {
  /** Only media of this kind are shared; absent: the one that was chosen in the dashboard, else audio and video. */
  readonly mode?: PeerMode;
  /** Where the database lies; absent: nothing is remembered. */
  readonly dataDirectory?: string;
  /** Where new downloads go, not to be changed; absent: the one that was chosen in the dashboard, else the platform's. */
  readonly downloadsFolder?: string;
  readonly host?: string;
  /** 0: any free port. */
  readonly port: number;
  readonly tracker?: Endpoint;
  /** What this peer is called; absent: what was set in the dashboard, else nothing. */
  readonly name?: string;
  /** The secret of a private community. */
  readonly key?: string;
  /** Bytes a second; absent: what was set in the dashboard, else no limit. */
  readonly downloadRate?: number;
  readonly uploadRate?: number;
  /** While seeding, leave to others whom they give enough. Default false. */
  readonly yieldsToPeers?: boolean;
  /** Find peers by multicast on the local network, and be found (BEP 14). Default false. */
  readonly lan?: boolean;
  /** Find peers by the mainline DHT, and be found (BEP 5). Default false. */
  readonly dht?: boolean;
  /** Ask the router to let peers in from outside, by NAT-PMP or UPnP. Default false. */
  readonly mapPort?: boolean;
}
