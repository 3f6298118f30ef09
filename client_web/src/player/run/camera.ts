/**
 * The seat's camera: whole, self-contained segments and a small picture now and then, sent with what the network has left.
 *
 * The next recorder starts in the same task in which the old one stops, so no frame is lost between segments. Answers go
 * first: while any is unsaved nothing is uploaded here; a full queue drops thumbnails before video, old video last.
 * Trouble is shown and reported; whether it holds up the seat is the policy's decision, not this file's.
 */
import { ref, shallowRef } from "vue";
import type { Client } from "@/api/client";
import { ApiError } from "@/api/errors";
import { backoff } from "@/kernel/schedule";

export type CameraState = "off" | "asking" | "on" | "denied" | "missing" | "lost" | "unsupported";

export interface CameraNeeds {
  readonly client: Client;
  readonly now: () => number;
  /** The next segment number of this session; counted on disk so that a reload goes on. */
  readonly nextNumber: () => Promise<number>;
  /** Names the session and lease; each has its own recording. */
  readonly series: () => string;
  /** True while answers need the network for themselves. */
  readonly busy: () => boolean;
}

interface Segment {
  readonly data: Blob;
  readonly fromMs: number;
  readonly toMs: number;
  readonly series: string;
  n: number | null;
}

const NAME = "seat";
const SEGMENT_MS = 10_000;
const THUMBNAIL_MS = 5_000;
const QUEUE_LIMIT = 60; // ten minutes of video, about four megabytes
const TYPES = ["video/webm;codecs=vp8", "video/webm"];

export class SeatCamera {
  readonly state = ref<CameraState>("off");
  readonly stream = shallowRef<MediaStream | null>(null);
  readonly waiting = ref(0);
  readonly dropped = ref(0);

  private recorder: MediaRecorder | null = null;
  private queue: Segment[] = [];
  private timers: number[] = [];
  private uploading = false;
  private readonly picture = document.createElement("video");
  private readonly canvas = document.createElement("canvas");

  constructor(private readonly needs: CameraNeeds) {}

  /** Asks for the camera; may be called again after trouble. */
  async start(): Promise<void> {
    if (this.state.value === "on" || this.state.value === "asking") return;
    if (!navigator.mediaDevices?.getUserMedia || typeof MediaRecorder === "undefined") {
      this.state.value = "unsupported";
      return;
    }
    this.state.value = "asking";
    try {
      const video = { width: { ideal: 320 }, height: { ideal: 240 }, frameRate: { ideal: 10, max: 15 } };
      this.take(await navigator.mediaDevices.getUserMedia({ video, audio: false }));
    } catch (error) {
      this.state.value = error instanceof DOMException && error.name === "NotAllowedError" ? "denied" : "missing";
    }
  }

  /** Records and sends pictures until `stopRecording`; calling it while recording changes nothing. */
  record(): void {
    if (this.timers.length > 0 || this.state.value !== "on") return;
    this.nextSegment();
    this.timers = [
      window.setInterval(() => this.nextSegment(), SEGMENT_MS),
      window.setInterval(() => void this.thumbnail(), THUMBNAIL_MS),
    ];
    void this.thumbnail();
  }

  /** Ends the running segment and sends what is left; the camera itself goes dark. */
  stopRecording(): void {
    this.timers.forEach((timer) => window.clearInterval(timer));
    this.timers = [];
    if (this.recorder?.state === "recording") this.recorder.stop();
    this.recorder = null;
  }

  stop(): void {
    this.stopRecording();
    this.stream.value?.getTracks().forEach((track) => track.stop());
    this.stream.value = null;
    this.picture.srcObject = null;
    if (this.state.value === "on") this.state.value = "off";
  }

  private take(stream: MediaStream): void {
    this.stream.value = stream;
    this.state.value = "on";
    this.picture.muted = true;
    this.picture.srcObject = stream;
    void this.picture.play().catch(() => undefined); // only needed for thumbnails; the recorder does without
    stream.getVideoTracks()[0]?.addEventListener("ended", () => this.lose());
  }

  private lose(): void {
    if (this.state.value !== "on") return;
    this.stopRecording();
    this.stream.value = null;
    this.state.value = "lost";
    window.setTimeout(() => void this.start(), 3_000);
  }

  private nextSegment(): void {
    const stream = this.stream.value;
    if (!stream) return;
    const old = this.recorder;
    const fresh = new MediaRecorder(stream, { mimeType: TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? "", videoBitsPerSecond: 90_000 });
    const fromMs = this.needs.now();
    const series = this.needs.series();
    fresh.addEventListener("dataavailable", (event) => this.keep({ data: event.data, fromMs, toMs: this.needs.now(), series, n: null }));
    fresh.start();
    if (old?.state === "recording") old.stop();
    this.recorder = fresh;
  }

  private keep(segment: Segment): void {
    if (segment.data.size === 0) return;
    this.queue.push(segment);
    while (this.queue.length > QUEUE_LIMIT) {
      // The oldest one that was never numbered goes; a numbered one may already be half way there.
      const at = this.queue.findIndex((one) => one.n === null);
      this.queue.splice(Math.max(0, at), 1);
      this.dropped.value += 1;
    }
    this.waiting.value = this.queue.length;
    void this.upload();
  }

  private async upload(): Promise<void> {
    if (this.uploading) return;
    this.uploading = true;
    for (let attempt = 0; this.queue.length > 0; ) {
      const segment = this.queue[0];
      if (!segment) break;
      if (!this.needs.busy() && (await this.sendSegment(segment))) {
        this.queue = this.queue.filter((one) => one !== segment);
        this.waiting.value = this.queue.length;
        attempt = 0;
      } else {
        await pause(4 * backoff(attempt, Math.random()));
        attempt += 1;
      }
    }
    this.uploading = false;
  }

  /** True when the segment is dealt with: stored, or refused for good (then counted as dropped). */
  private async sendSegment(segment: Segment): Promise<boolean> {
    try {
      segment.n ??= await this.needs.nextNumber();
      const query = { from_ms: segment.fromMs, to_ms: segment.toMs, n: segment.n, series: segment.series };
      await this.needs.client.send(`/api/hall/seat/video/${NAME}/segments`, segment.data, segment.data.type || "video/webm", { query, timeoutMs: 20_000 });
      return true;
    } catch (error) {
      const final = error instanceof ApiError && [404, 409, 413, 422].includes(error.status);
      if (final) this.dropped.value += 1;
      return final;
    }
  }

  private async thumbnail(): Promise<void> {
    if (this.needs.busy() || this.queue.length > 2 || !this.picture.videoWidth) return;
    this.canvas.width = 160;
    this.canvas.height = Math.round((160 * this.picture.videoHeight) / this.picture.videoWidth);
    this.canvas.getContext("2d")?.drawImage(this.picture, 0, 0, this.canvas.width, this.canvas.height);
    const data = await new Promise<Blob | null>((done) => this.canvas.toBlob(done, "image/jpeg", 0.6));
    if (!data) return;
    await this.needs.client
      .send(`/api/hall/seat/video/${NAME}/thumbnail`, data, "image/jpeg", { timeoutMs: 5_000 })
      .catch(() => undefined); // the next one comes in seconds
  }
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
