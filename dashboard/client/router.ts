/**
 * Which page an address shows. Parsing and formatting are pure; {@link Router} ties them to the History API, so that
 * every page has an address that can be reloaded, opened in a new tab, and left with the back button.
 *
 * @module
 */
import { type ReadonlySignal, signal } from "@preact/signals";

/** An order of the catalogue. */
export type CatalogueSort = "name" | "new" | "size" | "length" | "seeders";

/** What a catalogue is narrowed to: what this browser plays, what is here, what somebody on our network has. */
export type CatalogueFilter = "plays" | "here" | "near";

/** A page and what it shows. The peer's and the tracker's dashboards have some pages of their own. */
export type Route =
  | HomeRoute
  | { readonly type: "catalogue"; readonly query: string; readonly sort: CatalogueSort }
  | { readonly type: "play"; readonly infoHash: string; readonly index: number | undefined }
  | { readonly type: "torrent"; readonly infoHash: string }
  | { readonly type: "albums"; readonly album: string | undefined }
  | { readonly type: "downloads" | "sharing" | "settings" | "clients" | "swarms" | "library" }
  | { readonly type: "not-found"; readonly path: string };

/** The start page; the peer's is the catalogue. */
export interface HomeRoute {
  readonly type: "home";
  readonly query: string;
  readonly sort: CatalogueSort;
  readonly filters: readonly CatalogueFilter[];
}

/** All filters, in the order in which addresses have them. */
export const catalogueFilters: readonly CatalogueFilter[] = ["plays", "here", "near"];

/** Orders of the catalogue, the default first. */
export const catalogueSorts: readonly CatalogueSort[] = ["new", "name", "size", "length", "seeders"];

/**
 * Reads an address.
 *
 * @param address path and query, for instance `"/play/0123…/0"` or `"/?q=bunny&sort=size"`
 * @returns the page; `not-found` for anything else, so this never throws
 */
export function parseRoute(address: string): Route {
  const url = new URL(address, "http://localhost");
  const [page = "", first, second, ...rest] = url.pathname.split("/").slice(1);
  if (rest.length === 0) {
    if (page === "play" && isInfoHash(first)) return playRoute(first, { index: second, address });
    if (page === "torrent" && isInfoHash(first) && second === undefined) {
      return { type: "torrent", infoHash: first.toLowerCase() };
    }
    if (first === undefined) return plainRoute(page, url.searchParams);
  }
  return { type: "not-found", path: url.pathname };
}

/**
 * Writes the address of a page: the inverse of {@link parseRoute}.
 *
 * @param route the page
 * @returns path and query
 */
export function formatRoute(route: Route): string {
  switch (route.type) {
    case "home":
      return `/${catalogueQuery(route)}`;
    case "catalogue":
      return `/catalogue${catalogueQuery(route)}`;
    case "play":
      return route.index === undefined ? `/play/${route.infoHash}` : `/play/${route.infoHash}/${route.index}`;
    case "torrent":
      return `/torrent/${route.infoHash}`;
    case "albums":
      return route.album === undefined ? "/albums" : `/albums?${new URLSearchParams({ album: route.album })}`;
    case "not-found":
      return route.path;
    default:
      return `/${route.type}`;
  }
}

/** What the router needs of a browser window. */
export interface RouterWindow {
  readonly location: { readonly pathname: string; readonly search: string };
  readonly history: Pick<History, "pushState" | "replaceState" | "state">;
  /** How far the page is scrolled, in CSS pixels. */
  readonly scrollY: number;
  /** Tells when the back or forward button was pressed. */
  addEventListener(type: "popstate", listener: () => void): void;
  /** Calls back when the next picture is drawn: what a change of the page has made is in the document then. */
  requestAnimationFrame(callback: () => void): number;
  /** Scrolls the page. */
  scrollTo(x: number, y: number): void;
}

/** The current page of one window. */
export class Router {
  readonly #window: RouterWindow;
  readonly #route;

  /** The page that is shown. */
  readonly route: ReadonlySignal<Route>;

  /**
   * Reads the address and follows it from now on.
   *
   * @param window the browser's window; its back and forward buttons are listened to for as long as it lives
   */
  constructor(window: RouterWindow) {
    this.#window = window;
    this.#route = signal(this.#read());
    this.route = this.#route;
    window.addEventListener("popstate", () => {
      this.#route.value = this.#read();
      const scrollY = scrollOf(window.history.state);
      window.requestAnimationFrame(() => window.scrollTo(0, scrollY));
    });
  }

  /**
   * Shows another page as a new step of the history, from its top.
   *
   * @param address path and query
   */
  open(address: string): void {
    if (address === this.#address()) return;
    // Whoever comes back wants to be where they were.
    this.#window.history.replaceState({ scrollY: this.#window.scrollY }, "", this.#address());
    this.#window.history.pushState(null, "", address);
    this.#route.value = this.#read();
    this.#window.scrollTo(0, 0);
  }

  /**
   * Corrects the address of the page that is shown, without a step in the history.
   *
   * @param address path and query
   */
  replace(address: string): void {
    this.#window.history.replaceState(null, "", address);
    this.#route.value = this.#read();
  }

  #address(): string {
    return this.#window.location.pathname + this.#window.location.search;
  }

  #read(): Route {
    return parseRoute(this.#address());
  }
}

function plainRoute(page: string, parameters: URLSearchParams): Route {
  switch (page) {
    case "":
    case "catalogue": {
      const sort = catalogueSorts.find((known) => known === parameters.get("sort")) ?? "new";
      const query = parameters.get("q") ?? "";
      if (page === "catalogue") return { type: page, query, sort };
      return { type: "home", query, sort, filters: catalogueFilters.filter((filter) => parameters.has(filter)) };
    }
    case "albums":
      return { type: page, album: parameters.get("album") ?? undefined };
    case "downloads":
    case "sharing":
    case "settings":
    case "clients":
    case "swarms":
    case "library":
      return { type: page };
    default:
      return { type: "not-found", path: `/${page}` };
  }
}

function playRoute(infoHash: string, options: { index: string | undefined; address: string }): Route {
  if (options.index === undefined) return { type: "play", infoHash: infoHash.toLowerCase(), index: undefined };
  return /^\d{1,7}$/.test(options.index)
    ? { type: "play", infoHash: infoHash.toLowerCase(), index: Number(options.index) }
    : { type: "not-found", path: options.address };
}

function isInfoHash(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-f]{40}$/i.test(text);
}

function catalogueQuery(route: Extract<Route, { readonly type: "home" | "catalogue" }>): string {
  const parameters = new URLSearchParams();
  if (route.query !== "") parameters.set("q", route.query);
  if (route.sort !== "new") parameters.set("sort", route.sort);
  for (const filter of route.type === "home" ? route.filters : []) parameters.set(filter, "1");
  return parameters.size === 0 ? "" : `?${parameters}`;
}

/** How far a page was scrolled when it was left, as {@link Router.open} noted it. */
function scrollOf(state: unknown): number {
  if (typeof state !== "object" || state === null || !("scrollY" in state)) return 0;
  return typeof state.scrollY === "number" ? state.scrollY : 0;
}
