import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { formatRoute, parseRoute, type Route, Router } from "./router.ts";

const infoHash = "0123456789abcdef0123456789abcdef01234567";

const routes: readonly (readonly [address: string, route: Route])[] = [
  ["/", { type: "home", query: "", sort: "new" }],
  ["/?q=big+bunny&sort=size", { type: "home", query: "big bunny", sort: "size" }],
  ["/catalogue?q=%26", { type: "catalogue", query: "&", sort: "new" }],
  [`/play/${infoHash}`, { type: "play", infoHash, index: undefined }],
  [`/play/${infoHash}/12`, { type: "play", infoHash, index: 12 }],
  [`/torrent/${infoHash}`, { type: "torrent", infoHash }],
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
  deepStrictEqual(parseRoute("/?sort=colour"), { type: "home", query: "", sort: "new" });
  deepStrictEqual(parseRoute(`/torrent/${infoHash.toUpperCase()}`), { type: "torrent", infoHash });
});

Deno.test("the router steps forward, corrects in place, and follows the back button", () => {
  const steps = ["/"];
  let goBack = () => {};
  let scrollCount = 0;
  const location = { pathname: "/", search: "" };
  const show = (address: string) => {
    const url = new URL(address, "http://localhost");
    location.pathname = url.pathname;
    location.search = url.search;
  };
  const router = new Router({
    location,
    history: {
      pushState: (_data, _unused, url) => (steps.push(String(url)), show(String(url))),
      replaceState: (_data, _unused, url) => (steps.splice(-1, 1, String(url)), show(String(url))),
    },
    addEventListener: (_type, listener) => goBack = listener,
    scrollTo: () => scrollCount++,
  });
  router.open("/downloads");
  router.open("/downloads");
  strictEqual(router.route.value.type, "downloads");
  router.replace("/sharing");
  deepStrictEqual(steps, ["/", "/sharing"]);
  strictEqual(scrollCount, 1);
  show("/");
  goBack();
  strictEqual(router.route.value.type, "home");
});
