/**
 * What clients say that they moved, summed up as far as it can be believed: counters only grow, and nobody moves more than
 * a line carries. Pure.
 *
 * @module
 */
/** A report that claims more than this since the last one is not counted: nobody moves more than 10 Gbit a second. */
const MAX_BYTES_PER_MS = 1_250_000;

/** A report may be that late: between a client's counting and our hearing of it. */
const REPORT_SLACK_MS = 2000;

/** Bytes that a client moved, since its start or since its last report. */
export interface Traffic {
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
}

/** Nothing. */
export const NO_TRAFFIC: Traffic = { uploadedBytes: 0, downloadedBytes: 0 };

/** Sums over all clients since the tracker was first started. */
export interface TrafficSums {
  /** As senders report. */
  readonly uploadedBytes: number;
  /** As receivers report. */
  readonly downloadedBytes: number;
  /** Of the uploaded bytes, those that our own library did not send. */
  readonly exchangedBytes: number;
}

/** Nothing moved yet. */
const NO_SUMS: TrafficSums = { uploadedBytes: 0, downloadedBytes: 0, exchangedBytes: 0 };

/** Sums what clients report. */
export class TrafficTotals {
  #uploadedBytes: number;
  #downloadedBytes: number;
  #exchangedBytes: number;

  /** Goes on from these sums. */
  constructor(sums: TrafficSums = NO_SUMS) {
    this.#uploadedBytes = sums.uploadedBytes;
    this.#downloadedBytes = sums.downloadedBytes;
    this.#exchangedBytes = sums.exchangedBytes;
  }

  /** The sums now. */
  get sums(): TrafficSums {
    return {
      uploadedBytes: this.#uploadedBytes,
      downloadedBytes: this.#downloadedBytes,
      exchangedBytes: this.#exchangedBytes,
    };
  }

  /** Counts how far a client's counters went on in so many milliseconds; gives what was counted. */
  count(
    report: {
      readonly before: Traffic;
      readonly now: Traffic;
      readonly sinceMs: number;
      /** Whether it is our own library that reports. */
      readonly isLibrary: boolean;
    },
  ): Traffic {
    const { before, now } = report;
    const maxBytes = (Math.max(0, report.sinceMs) + REPORT_SLACK_MS) * MAX_BYTES_PER_MS;
    const uploadedBytes = growth(now.uploadedBytes - before.uploadedBytes, maxBytes);
    const downloadedBytes = growth(now.downloadedBytes - before.downloadedBytes, maxBytes);
    this.#uploadedBytes += uploadedBytes;
    this.#downloadedBytes += downloadedBytes;
    if (!report.isLibrary) this.#exchangedBytes += uploadedBytes;
    return { uploadedBytes, downloadedBytes };
  }
}

/** 0 when a counter was reset or tells a tale. */
function growth(bytes: number, maxBytes: number): number {
  return bytes > 0 && bytes <= maxBytes ? bytes : 0;
}
