import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { formatRoute, parseRoute, type Route, Router } from "./router.ts";

const infoHash = "0123456789abcdef0123456789abcdef01234567";

const routes: readonly (readonly [address: string, route: Route])[] = [
  ["/", { type: "home", query: "", sort: "new", filters: [] }],
  ["/?q=big+bunny&sort=size", { type: "home", query: "big bunny", sort: "size", filters: [] }],
  ["/?plays=1&near=1", { type: "home", query: "", sort: "new", filters: ["plays", "near"] }],
  ["/catalogue?q=%26", { type: "catalogue", query: "&", sort: "new" }],
  [`/play/${infoHash}`, { type: "play", infoHash, index: undefined }],
  [`/play/${infoHash}/12`, { type: "play", infoHash, index: 12 }],
  [`/torrent/${infoHash}`, { type: "torrent", infoHash }],
  ["/albums", { type: "albums", album: undefined }],
  ["/albums?album=late%0Abee", { type: "albums", album: "late\nbee" }],
  ["/downloads", { type: "downloads" }],
  ["/sharing", { type: "sharing" }],
  ["/settings", { type: "settings" }],
  ["/clients", { type: "clients" }],
  ["/swarms", { type: "swarms" }],
  ["/library", { type: "library" }],
];

Deno.test("every page's address reads back as that page", () => {
  for (const [address, route] of routes) {
    deepStrictEqual(parseRoute(address), route, address);
    strictEqual(formatRoute(route), address);
  }
});

Deno.test("anything else is not found, and an unknown order is the default", () => {
  const addresses = [
    "/nothing",
    "/play/xyz/0",
    `/play/${infoHash}/a`,
    `/play/${infoHash}/0/1`,
    "/downloads/1",
    "/play",
  ];
  for (const address of addresses) strictEqual(parseRoute(address).type, "not-found", address);
  deepStrictEqual(parseRoute("/?sort=colour"), { type: "home", query: "", sort: "new", filters: [] });
  deepStrictEqual(parseRoute(`/torrent/${infoHash.toUpperCase()}`), { type: "torrent", infoHash });
});

Deno.test("the router steps forward, corrects in place, and follows the back button", () => {
  const steps = ["/"];
  let goBack = () => {};
  const scrolls: number[] = [];
  let state: unknown = null;
  let draw = () => {};
  const location = { pathname: "/", search: "" };
  const show = (address: string) => {
    const url = new URL(address, "http://localhost");
    location.pathname = url.pathname;
    location.search = url.search;
  };
  const router = new Router({
    location,
    history: {
      get state() {
        return state;
      },
      pushState: (_data, _unused, url) => (steps.push(String(url)), show(String(url))),
      replaceState: (data, _unused, url) => (state = data, steps.splice(-1, 1, String(url)), show(String(url))),
    },
    scrollY: 700,
    addEventListener: (_type, listener) => goBack = listener,
    requestAnimationFrame: (callback) => (draw = callback, 1),
    scrollTo: (_x, y) => scrolls.push(y),
  });
  router.open("/downloads");
  router.open("/downloads");
  strictEqual(router.route.value.type, "downloads");
  deepStrictEqual(state, { scrollY: 700 }, "where the page was left");
  const left = state;
  router.replace("/sharing");
  deepStrictEqual(steps, ["/", "/sharing"]);
  deepStrictEqual(scrolls, [0]);
  show("/");
  state = left;
  goBack();
  draw();
  deepStrictEqual(scrolls, [0, 700]);
  strictEqual(router.route.value.type, "home");
});
