/** What the console knows of one sitting, kept fresh by the socket and, while that is away, by reading every few seconds. */
import { io } from "socket.io-client";
import { computed, onBeforeUnmount, reactive, ref, shallowReactive, shallowRef, type ComputedRef, type Ref, type ShallowRef } from "vue";
import { asApiError, type ApiError } from "@/api/errors";
import type { Hall } from "./hall";
import { betterOffset, measured, serverNow, type Offset } from "./model/clock";
import type { AlarmView, SeatCard, SeatMap, SittingView } from "./types";

const POLL_MS = 5000;
const WATCH_TIMEOUT_MS = 8000;

export interface Picture {
  readonly url: string;
  readonly at_ms: number;
}

export interface Live {
  readonly sitting: ShallowRef<SittingView | null>;
  readonly cards: ComputedRef<SeatCard[]>;
  readonly card: (seat: string) => SeatCard | undefined;
  /** by `pictureKey` */
  readonly pictures: ReadonlyMap<string, Picture>;
  readonly error: ShallowRef<ApiError | null>;
  readonly connected: Ref<boolean>;
  readonly now: Ref<number>;
  readonly refresh: () => Promise<void>;
}

interface ThumbnailPush {
  seat: string | null;
  camera: string;
  jpeg: string;
}

/** Where a camera's picture is kept: the seat's own by its number, its screen and the room's cameras apart. */
export function pictureKey(seat: string | null, camera: string): string {
  if (seat === null) return `room:${camera}`;
  return camera.includes("screen") ? `screen:${seat}` : seat;
}

export function useLive(hall: Hall, id: string): Live {
  const sitting = shallowRef<SittingView | null>(null);
  const seats = shallowReactive(new Map<string, SeatCard>());
  const pictures = reactive(new Map<string, Picture>());
  const error = shallowRef<ApiError | null>(null);
  const connected = ref(false);
  const now = ref(Date.now());
  let offset: Offset | null = null;

  const tick = (): void => {
    now.value = serverNow(offset, performance.now(), Date.now());
  };

  function learnTime(serverMs: number, sentAt: number): void {
    offset = betterOffset(offset, measured(serverMs, sentAt, performance.now()));
    tick();
  }

  function takeMap(map: SeatMap): void {
    const there = new Set(map.seats.map((card) => card.seat));
    for (const seat of [...seats.keys()]) if (!there.has(seat)) seats.delete(seat);
    for (const card of map.seats) seats.set(card.seat, card);
  }

  async function refresh(): Promise<void> {
    const sentAt = performance.now();
    try {
      const [view, map] = await Promise.all([hall.sitting(id), hall.seats(id)]);
      learnTime(map.server_ms, sentAt);
      sitting.value = view;
      takeMap(map);
      error.value = null;
    } catch (thrown) {
      error.value = asApiError(thrown);
    }
  }

  function takePicture(push: ThumbnailPush): void {
    const key = pictureKey(push.seat, push.camera);
    const old = pictures.get(key);
    const data = Uint8Array.from(atob(push.jpeg), (c) => c.charCodeAt(0));
    pictures.set(key, { url: URL.createObjectURL(new Blob([data], { type: "image/jpeg" })), at_ms: now.value });
    if (old) URL.revokeObjectURL(old.url);
  }

  function raise(push: { seat: string; alarm: AlarmView }): void {
    const card = seats.get(push.seat);
    if (!card || card.alarms.some((one) => one.kind === push.alarm.kind && one.since_ms === push.alarm.since_ms)) return;
    seats.set(push.seat, { ...card, alarms: [...card.alarms, push.alarm] });
  }

  const socket = io("/console", { transports: ["websocket", "polling"], tryAllTransports: true, reconnectionDelayMax: 3000 });
  socket.on("connect", () => void watch());
  socket.on("disconnect", () => (connected.value = false));
  socket.on("seat:update", (push: { sitting: string; card: SeatCard }) => {
    if (push.sitting === id) seats.set(push.card.seat, push.card);
  });
  socket.on("sitting:update", (push: { sitting: SittingView }) => {
    if (push.sitting.id === id) sitting.value = push.sitting;
  });
  socket.on("alarm:raised", (push: { sitting: string; seat: string; alarm: AlarmView }) => {
    if (push.sitting === id) raise(push);
  });
  socket.on("thumbnail:taken", takePicture);

  async function watch(): Promise<void> {
    const sentAt = performance.now();
    try {
      const map = (await socket.timeout(WATCH_TIMEOUT_MS).emitWithAck("console:watch", { sitting: id })) as Partial<SeatMap>;
      if (!map.seats || map.server_ms === undefined) return;
      learnTime(map.server_ms, sentAt);
      takeMap(map as SeatMap);
      connected.value = true;
    } catch {
      connected.value = false; // no answer in time: reading goes on until the next connection
    }
  }

  const ticking = setInterval(tick, 500);
  const polling = setInterval(() => {
    if (!connected.value) void refresh();
  }, POLL_MS);
  void refresh();

  onBeforeUnmount(() => {
    clearInterval(ticking);
    clearInterval(polling);
    socket.disconnect();
    for (const picture of pictures.values()) URL.revokeObjectURL(picture.url);
  });

  return { sitting, cards: computed(() => [...seats.values()]), card: (seat) => seats.get(seat), pictures, error, connected, now, refresh };
}
