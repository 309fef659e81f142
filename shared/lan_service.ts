/**
 * How a tracker is known on its local network: as a service `_playswarm._tcp` of DNS-based service discovery (RFC 6763).
 * Both directions: the records that say it, and what is read from records.
 *
 * @module
 */
import * as v from "valibot";
import type { DnsAnswers, DnsRecord } from "./multicast_dns.d.ts";

/** The name that all trackers answer to. */
export const LAN_SERVICE = "_playswarm._tcp.local";
/** The name under which all kinds of services are listed (RFC 6763, section 9). */
export const SERVICE_LIST = "_services._dns-sd._udp.local";

/** How long records are true for (RFC 6762, section 10, for those that have a host's name in them). */
const TTL_SECONDS = 120;
/** A label of a DNS name has at most 63 bytes (RFC 1035, section 2.3.4). */
const MAX_LABEL_LENGTH = 63;

/** A tracker, as it makes itself known. */
export interface LanTracker {
  /** What a person calls it: the name of its machine. */
  readonly name: string;
  readonly port: number;
  /** Whether its community is a private one. */
  readonly needsKey: boolean;
}

/** The records of a tracker, to be sent from its address; `isLeaving` takes them back (RFC 6762, section 10.1). */
export function serviceRecords(
  tracker: LanTracker,
  options: { readonly address: string; readonly isLeaving?: boolean },
): DnsAnswers {
  const ttl = options.isLeaving ? 0 : TTL_SECONDS;
  const instance = `${label(tracker.name)}.${LAN_SERVICE}`;
  const target = `${label(tracker.name)}.local`;
  return {
    answers: [{ name: LAN_SERVICE, type: "PTR", ttl, data: instance }],
    additionals: [
      { name: instance, type: "SRV", ttl, data: { port: tracker.port, target, priority: 0, weight: 0 } },
      { name: instance, type: "TXT", ttl, data: [`key=${tracker.needsKey ? 1 : 0}`] },
      { name: target, type: "A", ttl, data: options.address },
    ],
  };
}

/** The trackers that an answer tells of, and whether they are leaving. Records that are none of ours say nothing. */
export function readServices(packet: DnsAnswers): readonly (LanTracker & { readonly isLeaving: boolean })[] {
  const records = [...packet.answers, ...packet.additionals];
  return records.flatMap((record) => {
    if (record.type !== "PTR" || record.name.toLowerCase() !== LAN_SERVICE) return [];
    const instance = v.safeParse(instanceSchema, record.data);
    if (!instance.success) return [];
    const service = v.safeParse(serviceSchema, dataOf(records, instance.output, "SRV"));
    if (!service.success) return [];
    const texts = v.safeParse(textSchema, dataOf(records, instance.output, "TXT"));
    const name = instance.output.slice(0, -LAN_SERVICE.length - 1);
    const needsKey = texts.success && texts.output.some((text) => new TextDecoder().decode(text) === "key=1");
    return [{ name, port: service.output.port, needsKey, isLeaving: record.ttl === 0 }];
  });
}

const instanceSchema = v.pipe(
  v.string(),
  v.maxLength(255),
  v.check((name) => name.toLowerCase().endsWith(`.${LAN_SERVICE}`)),
);
const serviceSchema = v.object({ port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)) });
const textSchema = v.array(v.instance(Uint8Array));

function dataOf(records: readonly DnsRecord[], name: string, type: string): unknown {
  return records.find((record) => record.type === type && record.name === name)?.data;
}

/** A machine's name as one label: dots would make several of it. */
function label(name: string): string {
  let text = name.replaceAll(".", "-") || "tracker";
  while (new TextEncoder().encode(text).length > MAX_LABEL_LENGTH) text = text.slice(0, -1);
  return text;
}
