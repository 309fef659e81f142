/**
 * What we use of `@silentbot1/nat-api`, which comes without types.
 *
 * @module
 */

/** Asks the router for ports, by NAT-PMP and then by UPnP. */
export default class NatAPI {
  constructor(options: { readonly autoUpdate: boolean; readonly description: string; readonly ttl: number });
  map(mapping: PortMappingRequest): Promise<boolean>;
  destroy(): Promise<boolean>;
}

/** The port that is asked for. */
export interface PortMappingRequest {
  readonly publicPort: number;
  readonly privatePort: number;
  readonly protocol: "TCP" | "UDP";
}
