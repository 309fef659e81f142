/**
 * Magnet links.
 *
 * @module
 */
import { Endpoint } from "./endpoint.ts";
import { InfoHash, InfoHashV2 } from "./ids.ts";
export interface Magnet {
  readonly infoHash: InfoHash;
  readonly infoHashV2?: InfoHashV2;
  readonly name?: string;
  readonly trackers: readonly string[];
  readonly peers: readonly Endpoint[];
  readonly fileIndices?: readonly number[];
  readonly length?: number;
}
export declare class MagnetSyntaxError extends SyntaxError {
  readonly offset: number;
}
export declare function parseMagnet(uri: string): Magnet;
export declare function formatMagnet(magnet: Magnet): string;
