/**
 * Letting peers in from outside the local network: the router is asked for our port, and it is said once what it
 * answered.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { PortMapping } from "./net/port_mapping.ts";

/** Asks the router to send what comes to this TCP port to us, until disposed. */
export function openToOutside(port: number): AsyncDisposable {
  const logger = getLogger(["playswarm", "peer", "map-port"]);
  return new PortMapping({
    port,
    onOutcome(isMapped) {
      if (isMapped) logger.info("The router sends TCP port {port} to us", { port });
      else {logger.warn("No router agreed to send TCP port {port} to us (NAT-PMP, UPnP): open it there by hand", {
          port,
        });}
    },
  });
}
