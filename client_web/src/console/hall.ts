/** The hall's endpoints the console calls, one function each. */
import type { Client } from "@/api/client";
import type * as T from "./types";

const at = (sitting: string): string => `/api/hall/sittings/${encodeURIComponent(sitting)}`;
const on = (session: string): string => `/api/hall/sessions/${encodeURIComponent(session)}`;

export type Targets = "all" | readonly string[];
export interface Why {
  readonly reason: T.Reason;
  readonly note: string;
}

export const hall = (api: Client) => ({
  sittings: () => api.get<{ sittings: T.SittingView[] }>("/api/hall/sittings").then((list) => list.sittings),
  sitting: (id: string) => api.get<T.SittingView>(at(id)),
  seats: (id: string) => api.get<T.SeatMap>(`${at(id)}/seats`),
  unbound: () => api.get<{ stations: T.StationView[] }>("/api/hall/stations", { query: { unbound: true } }).then((list) => list.stations),
  bind: (id: string, seat: string, pairing_code: string) => api.post(`${at(id)}/seats/${encodeURIComponent(seat)}/bind`, { pairing_code }),

  importOrder: (file: File) => api.upload<T.SittingView>("/api/hall/orders", oneFile(file), { timeoutMs: 120_000 }),
  importPaper: (file: File) => api.upload<T.PaperImportView>("/api/hall/papers", oneFile(file), { timeoutMs: 300_000 }),

  open: (id: string) => api.post(`${at(id)}/open`),
  release: (id: string, file: File) => api.upload<T.ReleaseView>(`${at(id)}/release`, oneFile(file), { timeoutMs: 60_000 }),
  start: (id: string) => api.post(`${at(id)}/start`),
  collect: (id: string, early: Why | null) =>
    api.post<{ closed: number; open: number }>(`${at(id)}/collect`, early ? { early: true, ...early } : { early: false }),
  handOver: (id: string) => api.post<{ job: string }>(`${at(id)}/hand-over`),
  countersign: (id: string, password: string) => api.post<T.CountersignAnswer>(`${at(id)}/countersign`, { password }),
  recordAddress: (id: string) => `${at(id)}/record`,

  admit: (session: string) => api.post(`${on(session)}/admit`),
  refuse: (session: string, why: Why) => api.post(`${on(session)}/refuse`, why),
  move: (session: string, to_seat: string, why: Why) => api.post(`${on(session)}/move`, { to_seat, ...why }),
  note: (session: string, kind: T.NoteKind, text: string) => api.post(`${on(session)}/note`, { kind, text }),
  credit: (id: string, sessions: Targets, seconds: number, why: Why) =>
    api.post<{ credit: string; sessions: number }>(`${at(id)}/credit`, { sessions, seconds, ...why }),
  message: (id: string, sessions: Targets, text: string) =>
    api.post<{ message: string; sessions: number }>(`${at(id)}/message`, { sessions, text }),

  timeline: (sitting: string, session: string) => api.get<T.TimelineView>(`${at(sitting)}/sessions/${encodeURIComponent(session)}/timeline`),
  segment: (recording: string, n: number) => api.bytes(`/api/hall/video/${encodeURIComponent(recording)}/${n}`, { timeoutMs: 60_000 }),
});

export type Hall = ReturnType<typeof hall>;

function oneFile(file: File): FormData {
  const form = new FormData();
  form.append("file", file, file.name);
  return form;
}
