/**
 * What stands before every route of a dashboard: the Host we serve, the password, the same origin, and the headers
 * that keep a page of ours from being used by another. Together they answer DNS rebinding, cross-site requests,
 * framing and content sniffing; there is no CORS.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { MiddlewareHandler } from "hono";
// @ts-types="../shared/timing_safe_equal.d.ts"
import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import { decodeAddress, encodeAddress, isLoopback } from "../shared/endpoint.ts";
import { problem } from "./problem.ts";

/** Where a dashboard listens and by what it may be addressed. */
export interface ServedAddress {
  /** The address or name it is bound to; `0.0.0.0` and `::` mean all. */
  readonly host: string;
  /** The port it listens on, asked at every request, because port 0 is known only after listening. */
  readonly port: () => number;
  /** More names it is reached by, as in the Host header: `media.home`, `media.home:80` with another port. */
  readonly names?: readonly string[];
}

/** The port that a Host header without one means (RFC 9110, section 4.2.1). */
const HTTP_PORT = 80;

/** The same behind a proxy that ends TLS; only a name given with this port is reached so. */
const HTTPS_PORT = 443;

/** The settings of all guards. */
export interface GuardOptions extends ServedAddress {
  /** Asked by HTTP Basic from every request when given. */
  readonly password?: string;
  /** Body types that POST and PATCH take beside JSON, by exact path. */
  readonly bodyTypes?: Readonly<Record<string, readonly string[]>>;
}

/**
 * All guards in their order, for `app.use(...dashboardGuards(options))`.
 *
 * @param options Address, password, and further body types.
 * @returns Middleware: security headers, Host, password (when one is given), same origin and body type.
 * @throws TypeError when the address is not loopback and there is no password.
 */
export function dashboardGuards(options: GuardOptions): [MiddlewareHandler, ...MiddlewareHandler[]] {
  const { password } = options;
  if (password === undefined && requiresPassword(options.host)) {
    throw new TypeError(
      `Cannot bind the dashboard as one without a password: current value is ${options.host}, not a loopback address`,
    );
  }
  return [
    securityHeaders(),
    hostGuard(options),
    ...(password === undefined ? [] : [passwordGuard(password)]),
    sameOriginGuard(options.bodyTypes === undefined ? {} : { bodyTypes: options.bodyTypes }),
  ];
}

/**
 * Whether a dashboard bound to this address can be reached by others and so must ask for a password.
 *
 * @param host An address or name as given on the command line.
 */
export function requiresPassword(host: string): boolean {
  return host !== "localhost" && !isLoopback(host);
}

/**
 * Answers 421 unless the Host is one we serve (RFC 9110, section 15.5.20): localhost, a loopback address, the bound
 * address or name, each with our port. Without it a foreign page could rebind its own name to 127.0.0.1 and read us.
 * Bound to all addresses, any address literal passes: rebinding needs a name.
 *
 * @param address What we serve.
 * @returns Middleware.
 */
function hostGuard(address: ServedAddress): MiddlewareHandler {
  return async (context, next) => {
    const host = requestHost(context.req.raw);
    if (!isServedHost(host, address)) {
      return problem(421, { detail: `This dashboard is not served as ${JSON.stringify(host)}.` });
    }
    return await next();
  };
}

/**
 * Answers 403 to a state-changing request of another origin, and 415 to a POST or PATCH whose body is not JSON, which
 * no form of another site can send. PUT takes any body: a browser asks before sending it across sites, and no one
 * answers. The Host guard must run before it.
 *
 * @param options `bodyTypes`: types taken beside JSON, by exact path.
 * @returns Middleware.
 */
function sameOriginGuard(
  options: { readonly bodyTypes?: Readonly<Record<string, readonly string[]>> } = {},
): MiddlewareHandler {
  return async (context, next) => {
    const { method, headers } = context.req.raw;
    if (method === "GET" || method === "HEAD" || method === "OPTIONS") return await next();
    if (!isSameOrigin(headers, requestHost(context.req.raw))) {
      return problem(403, { detail: "Only the dashboard's own pages may change anything." });
    }
    if (method === "POST" || method === "PATCH") {
      const accepted = ["application/json", ...(options.bodyTypes?.[context.req.path] ?? [])];
      if (!accepted.includes(mediaTypeOf(headers))) {
        return problem(415, {
          detail: `The body must be ${accepted.join(" or ")}.`,
          headers: { Accept: accepted.join(", ") },
        });
      }
    }
    return await next();
  };
}

/** The policy of our pages: everything from ourselves, pictures also from data and blob addresses, no frames. */
export const CONTENT_SECURITY_POLICY: string = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
].join("; ");

/**
 * Sets the security headers on every answer, those of other guards too: it runs first.
 *
 * @returns Middleware.
 */
function securityHeaders(): MiddlewareHandler {
  return async (context, next) => {
    await next();
    context.header("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    context.header("X-Content-Type-Options", "nosniff");
    context.header("Referrer-Policy", "no-referrer");
    context.header("Cross-Origin-Resource-Policy", "same-origin");
    context.header("Cross-Origin-Opener-Policy", "same-origin");
  };
}

/**
 * Asks for a password by HTTP Basic (RFC 7617); any user name will do. Compared in constant time by digest, so that
 * neither content nor length leaks.
 *
 * @param password What is asked for, in UTF-8.
 * @returns Middleware that answers 401 until it is right.
 * @throws RangeError when the password is empty.
 */
function passwordGuard(password: string): MiddlewareHandler {
  if (password === "") {
    throw new RangeError('Cannot take an empty text as the dashboard\'s password: current value is ""');
  }
  const expected = digest(new TextEncoder().encode(password));
  return async (context, next) => {
    const given = basicPassword(context.req.header("Authorization"));
    if (given === undefined || !timingSafeEqual(digest(given), expected)) {
      return problem(401, {
        detail: "This dashboard asks for a password.",
        headers: { "WWW-Authenticate": 'Basic realm="Playswarm", charset="UTF-8"' },
      });
    }
    return await next();
  };
}

/**
 * The host that a request is for: its Host header, or its URL's when a program made it without one.
 *
 * @param request Any request.
 * @returns Host with port as written, lower case.
 */
export function requestHost(request: Request): string {
  return (request.headers.get("Host") ?? new URL(request.url).host).toLowerCase();
}

function isServedHost(host: string, address: ServedAddress): boolean {
  const asked = splitHost(host);
  if (asked === undefined) return false;
  const ownPort = address.port();
  for (const name of address.names ?? []) {
    const served = splitHost(name.toLowerCase());
    if (served === undefined || served.name !== asked.name) continue;
    const port = served.port ?? ownPort;
    if (port === asked.port || (asked.port === undefined && (port === HTTP_PORT || port === HTTPS_PORT))) return true;
  }
  if ((asked.port ?? HTTP_PORT) !== ownPort) return false;
  const bound = canonicalHost(address.host);
  const isEverywhere = bound === "0.0.0.0" || bound === "::";
  return asked.name === "localhost" || asked.name === "127.0.0.1" || asked.name === "::1" || asked.name === bound ||
    (isEverywhere && encodeAddress(asked.name) !== undefined);
}

/** Name and port, as in a Host header; no port when it names none. */
function splitHost(host: string): { readonly name: string; readonly port: number | undefined } | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/@\s]+))(?::([0-9]{1,5}))?$/.exec(host);
  const name = match?.[1] ?? match?.[2];
  if (match === null || name === undefined) return undefined;
  return { name: canonicalHost(name), port: match[3] === undefined ? undefined : Number(match[3]) };
}

function canonicalHost(host: string): string {
  const bytes = encodeAddress(host);
  return bytes === undefined ? host.toLowerCase() : decodeAddress(bytes);
}

function isSameOrigin(headers: Headers, host: string): boolean {
  const site = headers.get("Sec-Fetch-Site");
  if (site !== null && site !== "same-origin" && site !== "none") return false;
  const origin = headers.get("Origin");
  if (origin === null) return true;
  // The scheme is not compared, because TLS may end at a proxy before us; the host was checked by the Host guard.
  return origin === `http://${host}` || origin === `https://${host}`;
}

function mediaTypeOf(headers: Headers): string {
  return (headers.get("Content-Type") ?? "").split(";", 1).join("").trim().toLowerCase();
}

/** The password bytes of an Authorization header, undefined when it has none in the Basic scheme. */
function basicPassword(header: string | undefined): Uint8Array | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const pair = new Uint8Array(Buffer.from(encoded, "base64"));
  const colon = pair.indexOf(0x3a);
  return colon < 0 ? undefined : pair.subarray(colon + 1);
}

function digest(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}
