/**
 * What we use of `multicast-dns`, which comes without types.
 *
 * @module
 */

import type { EventEmitter } from "node:events";

/** Speaks multicast DNS (RFC 6762) on a socket that is open. */
declare function multicastDns(options: {
  readonly socket: EventEmitter;
  readonly bind: false;
  readonly multicast: false;
}): MulticastDns;
export default multicastDns;

/** The socket. */
export interface MulticastDns {
  on(event: "query" | "response", listener: (packet: DnsPacket, from: DnsSender) => void): this;
  on(event: "error" | "warning", listener: (error: Error) => void): this;
  query(packet: { readonly questions: readonly DnsQuestion[] }, onSent: (error?: Error | null) => void): void;
  respond(packet: DnsAnswers, onSent: (error?: Error | null) => void): void;
  destroy(onDone: () => void): void;
}

/** Where a packet came from. */
export interface DnsSender {
  readonly address: string;
}

/** A packet that came. */
export interface DnsPacket extends DnsAnswers {
  readonly questions: readonly DnsQuestion[];
}

/** What is asked. */
export interface DnsQuestion {
  readonly name: string;
  readonly type: string;
}

/** What is answered, and what the asker will ask next. */
export interface DnsAnswers {
  readonly answers: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

/** A resource record; the shape of its data is that of its type, and nothing that came from outside is sure. */
export interface DnsRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl?: number;
  readonly data: unknown;
}
