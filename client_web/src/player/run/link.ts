/**
 * The two carriers to the hall: the socket while it stands, HTTP otherwise; and the server's clock learnt from both.
 *
 * Knows nothing of answers. Reconnects at once and then with spread-out waits, because a whole hall reconnects together.
 */
import { io, type Socket } from "socket.io-client";
import type { Client } from "@/api/client";
import { errorFrom, noAnswer } from "@/api/errors";
import { noClock, serverTime, withSample, type ServerClock } from "@/kernel/offset";

export type LinkEvent =
  | { readonly kind: "up" }
  | { readonly kind: "down" }
  | { readonly kind: "refused"; readonly code: string }
  | { readonly kind: "push"; readonly name: string; readonly body: unknown };

const PUSHES = ["sitting:started", "seat:changed", "message:sent", "session:credited", "session:moved"] as const;
const ANSWER_WITHIN_MS = 6_000;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

export class Link {
  private socket: Socket | null = null;
  private clockNow: ServerClock = noClock;

  constructor(
    private readonly client: Client,
    private readonly token: () => string | null,
    private readonly heard: (event: LinkEvent) => void,
  ) {}

  get up(): boolean {
    return this.socket?.connected ?? false;
  }

  get clock(): ServerClock {
    return this.clockNow;
  }

  /** Server time now, or the workstation's own as long as the server never answered. */
  now(): number {
    return Math.round(serverTime(this.clockNow, performance.now()) ?? Date.now());
  }

  open(): void {
    if (this.socket) return;
    const socket = io("/seat", {
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      auth: (give) => give({ token: this.token() }),
      reconnectionDelay: 150,
      reconnectionDelayMax: 4_000,
      randomizationFactor: 0.7,
      timeout: 5_000,
    });
    socket.on("connect", () => this.heard({ kind: "up" }));
    socket.on("disconnect", (reason) => {
      this.heard({ kind: "down" });
      if (reason === "io server disconnect") this.later(socket); // the library does not try again by itself then
    });
    socket.on("connect_error", (error: Error & { data?: unknown }) => this.refused(socket, error));
    for (const name of PUSHES) socket.on(name, (body: unknown) => this.heard({ kind: "push", name, body }));
    this.socket = socket;
  }

  close(): void {
    this.socket?.close();
    this.socket = null;
  }

  /** Sends an event and waits for its answer; an answer with `error` is thrown, no answer is `client.offline`. */
  async ask<T>(event: string, body: unknown): Promise<T> {
    const socket = this.socket;
    if (!socket?.connected) throw noAnswer();
    const sentAt = performance.now();
    const answer: unknown = await socket.timeout(ANSWER_WITHIN_MS).emitWithAck(event, body).catch(() => Promise.reject(noAnswer()));
    this.learn(sentAt, answer);
    if (isRecord(answer) && "error" in answer) throw errorFrom(409, answer["error"], null);
    return answer as T;
  }

  get<T>(path: string): Promise<T> {
    return this.timed(() => this.client.get<T>(path));
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.timed(() => this.client.post<T>(path, body, { timeoutMs: 10_000 }));
  }

  private async timed<T>(call: () => Promise<T>): Promise<T> {
    const sentAt = performance.now();
    const answer = await call();
    this.learn(sentAt, answer);
    return answer;
  }

  private learn(sentAt: number, answer: unknown): void {
    if (!isRecord(answer) || typeof answer["server_ms"] !== "number") return;
    this.clockNow = withSample(this.clockNow, { sentAt, receivedAt: performance.now(), serverMs: answer["server_ms"] });
  }

  /** The server said no to the connection itself: the token may have to be fetched anew. */
  private refused(socket: Socket, error: Error & { data?: unknown }): void {
    if (socket.active) return; // the transport failed; the library tries again by itself
    const code = isRecord(error.data) ? error.data["code"] : null;
    this.heard({ kind: "refused", code: typeof code === "string" ? code : "client.unreadable" });
    this.later(socket);
  }

  private later(socket: Socket): void {
    setTimeout(() => this.socket === socket && socket.connect(), 1_000 + Math.random() * 2_000);
  }
}
