/// <reference types="vitest/config" />
import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

/** One page per audience; the server serves `/seat` from `dist/seat.html` and so on. */
const places = ["index", "seat", "console", "desk", "authority", "verify", "released", "custodian"];
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// In development the pages come from Vite and everything else from a running `exam serve`.
const server = process.env["EXAM_SERVER"] ?? "https://127.0.0.1:8443";
const toServer = { target: server, secure: false, ws: true };

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { "@": here("./src") } },
  server: { proxy: { "/api": toServer, "/socket.io": toServer } },
  build: {
    target: "es2022",
    // The pages run under `script-src 'self'; style-src 'self'`: nothing inline, no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: Object.fromEntries(places.map((place) => [place, here(`./${place}.html`)])) },
  },
  test: { environment: "jsdom", pool: "threads", isolate: false, include: ["src/**/*.test.ts"], testTimeout: 20_000 },
});
