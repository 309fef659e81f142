/**
 * The address of a tracker as a person writes it.
 *
 * @module
 */
import { type Endpoint, EndpointSyntaxError, parseEndpoint } from "../shared/endpoint.ts";

/** The port of a tracker whose address names none. */
export const DEFAULT_TRACKER_PORT = 6969;

/** Reads `HOST[:PORT]`; undefined when it is none. */
export function readTrackerAddress(text: string): Endpoint | undefined {
  try {
    return parseEndpoint(text, { defaultPort: DEFAULT_TRACKER_PORT });
  } catch (error) {
    if (!(error instanceof EndpointSyntaxError)) throw error;
    return undefined;
  }
}
