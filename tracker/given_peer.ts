/**
 * The answer to an announce as an object, with the bytes that its compact form consists of (BEP 7, 23). Pure.
 *
 * @module
 */
import type { PeerId } from "../shared/ids.ts";
import type { AnnouncedPeer, AnnounceResponse } from "../shared/wire/announce.ts";
import { compactPeerLength } from "../shared/wire/compact_peers.ts";
import type { AnnounceAnswer } from "./announce_answer.ts";

/** An answer whose peers are packed already. */
export interface GivenResponse extends AnnounceResponse {
  readonly peers: readonly AnnouncedPeer[];
  /** The peers of each family one behind the other. */
  readonly compactPeers: { readonly ipv4: Uint8Array; readonly ipv6: Uint8Array };
}

/** Makes an object of the state's answer, which the next announce overwrites. */
export function givenResponse(
  answer: AnnounceAnswer,
  about: {
    /** The peer id of a peer by its place in the answer. */
    readonly peerIdAt: (index: number) => PeerId;
    /** The client's address as we see it (BEP 24). */
    readonly host: string;
  },
): GivenResponse {
  const { intervalSeconds, seederCount, leecherCount } = answer;
  return {
    intervalSeconds,
    seederCount,
    leecherCount,
    peers: Array.from({ length: answer.peerCount }, (_, index) => ({
      host: answer.hostOf(index),
      port: answer.portOf(index),
      peerId: about.peerIdAt(index),
    })),
    compactPeers: { ipv4: packPeers(answer, 4), ipv6: packPeers(answer, 6) },
    externalAddress: about.host,
  };
}

function packPeers(answer: AnnounceAnswer, family: 4 | 6): Uint8Array {
  const view = new DataView(new ArrayBuffer(answer.peerCount * compactPeerLength(family)));
  return new Uint8Array(view.buffer, 0, answer.writePeers(view, 0, family));
}
