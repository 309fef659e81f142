/**
 * The parts of a machine that exist once the metadata is known, put together.
 *
 * @module
 */
import { DemandWindow } from "./demand_window.ts";
import { Downlink } from "./downlink.ts";
import { Downloads } from "./downloads.ts";
import { HashRequests } from "./hash_requests.ts";
import { Picker } from "./picker.ts";
import { PieceTable } from "./piece_table.ts";
import type { SwarmContext } from "./swarm_context.ts";
import type { MetadataKnown } from "./swarm_event.ts";
import { Uploads } from "./uploads.ts";
import { Urgency } from "./urgency.ts";

/** Everything about one torrent whose geometry is known. */
export class SwarmTorrent {
  readonly table: PieceTable;
  readonly demands: DemandWindow;
  readonly downloads: Downloads;
  readonly urgency: Urgency;
  readonly uploads: Uploads;
  readonly hashRequests: HashRequests;
  /** Whether `completed` was said for what is wanted now, or was true from the start. */
  hasCompleted: boolean;

  /** Copies the event's bitfields. */
  constructor(context: SwarmContext, event: MetadataKnown) {
    const table = new PieceTable(event.info, {
      peers: context.peers,
      verified: event.verified.clone(),
      wanted: event.wanted,
    });
    const demands = new DemandWindow(table);
    const downlink = new Downlink(context);
    const picker = new Picker(context, { table, demands, downlink });
    const downloads = new Downloads(context, { table, picker, downlink });
    this.table = table;
    this.demands = demands;
    this.downloads = downloads;
    this.urgency = new Urgency(context, { table, demands, downloads });
    this.uploads = new Uploads(context, table);
    this.hashRequests = new HashRequests(context, { table, demands, hasLayers: event.hasLayers });
    this.hasCompleted = table.isComplete;
  }
}
