/**
 * The candidate's page as one machine: asks the hall where this seat stands, and does what each phase needs.
 *
 * The hall's answer decides every screen. Pushes only bring that answer sooner; whenever the socket comes back, or a
 * push looks odd, the hall is asked again.
 */
import { computed, ref, shallowRef } from "vue";
import { Client } from "@/api/client";
import { ApiError, asApiError } from "@/api/errors";
import { firstHead } from "@/kernel/chain";
import { headerOf, type Credit, type Message, type Receipt, type SaveAnswerView, type SeatPhase, type SeatSession, type SeatView } from "../shapes";
import { Acts } from "./acts";
import { SeatCamera } from "./camera";
import { Delivery } from "./delivery";
import { lead } from "./leader";
import { Link, type LinkEvent } from "./link";
import { Paper } from "./paper";
import { isMessage, isSeatView, isStarted, withCredit, withMessage, withStart } from "./pushes";
import { readinessOf, requiredCheckFails, type Readiness } from "./readiness";
import { identify } from "./station";
import { Store, type Enrolment } from "./store";

export type Stage = "starting" | "unsupported" | "no_storage" | "second_tab" | "away" | "running";

const POLL_MS = 3_000;
const CALM_POLL_MS = 20_000;
const PULSE_MS = 4_000;
const TICK_MS = 250;
const LATE_MS = 5_000;
const ACTIVE: readonly SeatPhase[] = ["admitted", "ready", "answering"];

export class Player {
  readonly stage = ref<Stage>("starting");
  readonly enrolment = shallowRef<Enrolment | null>(null);
  readonly view = shallowRef<SeatView | null>(null);
  readonly now = ref(Date.now());
  readonly linkUp = ref(false);
  /** The hall answered lately, by whichever way. */
  readonly reachable = ref(true);
  readonly roundTrip = ref<number | null>(null);
  readonly persistent = ref(false);
  readonly receipt = shallowRef<Receipt | null>(null);
  readonly newCredits = shallowRef<readonly Credit[]>([]);
  readonly undelivered = ref(0);
  /** The outbox holds this session: answers may be shown and changed. */
  readonly deliveryReady = ref(false);

  readonly client = new Client("hall", () => this.token);
  readonly link = new Link(this.client, () => this.token, (event) => this.heard(event));
  readonly paper = new Paper(this.client);
  readonly acts = new Acts(this);
  store: Store | null = null;
  private deliveryNow: Delivery | null = null;
  private cameraNow: SeatCamera | null = null;

  readonly phase = computed(() => this.view.value?.phase ?? null);
  readonly session = computed<SeatSession | null>(() => this.view.value?.session ?? null);
  readonly deadline = computed(() => this.session.value?.deadline_ms ?? null);
  readonly remaining = computed(() => (this.deadline.value === null ? null : this.deadline.value - this.now.value));
  readonly timeUp = computed(() => this.remaining.value !== null && this.remaining.value <= 0);
  readonly messages = computed<readonly Message[]>(() => (this.view.value?.messages ?? []).filter((one) => one.read_ms === null && !this.acts.readHere.value.has(one.message)));

  private token: string | null = null;
  private readyFor: string | null = null;
  private seenCredits: Set<string> | null = null;
  private refreshing: Promise<void> | null = null;
  private timers: number[] = [];
  private ended = false;
  private askedAt = 0;

  get delivery(): Delivery {
    if (!this.deliveryNow) throw new Error("the player is not running");
    return this.deliveryNow;
  }

  get camera(): SeatCamera {
    if (!this.cameraNow) throw new Error("the player is not running");
    return this.cameraNow;
  }

  start(steal = false): void {
    if (!window.isSecureContext || !globalThis.crypto?.subtle || !globalThis.indexedDB || !navigator.locks) {
      this.stage.value = "unsupported";
      return;
    }
    lead(steal, (standing) => {
      if (standing === "leading") void this.run();
      else this.stepAside();
    });
  }

  private async run(): Promise<void> {
    if (this.ended) return void location.reload(); // this tab lost the seat before; it starts clean
    this.stage.value = "starting";
    try {
      this.store = await Store.open();
      this.persistent.value = (await navigator.storage?.persist?.()) ?? false;
    } catch {
      this.stage.value = "no_storage"; // private mode or a forbidding policy: the browser gives no reason
      return;
    }
    this.build(this.store);
    await this.enter();
    this.timers.push(
      window.setInterval(() => this.tick(), TICK_MS),
      window.setInterval(() => void this.poll(), POLL_MS / 2),
      window.setInterval(() => void this.pulse(), PULSE_MS),
    );
    window.addEventListener("online", () => this.deliveryNow?.nudge());
    window.addEventListener("beforeunload", (event) => {
      if (this.stage.value === "running" && this.deliveryNow?.unsavedCount.value) event.preventDefault(); // the browser asks once
    });
  }

  private build(store: Store): void {
    const carriers = { save: (steps: readonly unknown[]) => this.save(steps), resync: () => this.refresh() };
    this.deliveryNow = new Delivery(store, carriers, () => this.link.now());
    this.cameraNow = new SeatCamera({
      client: this.client,
      now: () => this.link.now(),
      series: () => `${this.session.value?.session ?? ""}/${this.session.value?.lease ?? 0}`,
      nextNumber: () => store.countUp(`video/${this.session.value?.session ?? ""}/${this.session.value?.lease ?? 0}`),
      busy: () => (this.deliveryNow?.unsavedCount.value ?? 0) > 0 || this.session.value === null,
    });
  }

  /** Proves this workstation's key, then asks where the seat stands; keeps trying while the hall is away. */
  private async enter(): Promise<void> {
    if (!this.store) return;
    for (;;) {
      try {
        const { enrolment, token } = await identify(this.store, this.client);
        this.enrolment.value = enrolment;
        this.token = token;
        await this.refresh();
        this.stage.value = "running";
        return;
      } catch {
        this.stage.value = "away"; // said on the screen; whatever it was, trying again is all there is to do
        await new Promise((done) => setTimeout(done, 1_500 + Math.random() * 1_500));
      }
    }
  }

  private stepAside(): void {
    this.stage.value = "second_tab";
    this.ended = this.store !== null;
    this.timers.forEach((timer) => window.clearInterval(timer));
    this.timers = [];
    this.deliveryNow?.stop();
    this.cameraNow?.stop();
    this.link.close();
    this.paper.close();
    this.store?.close();
  }

  // --- where the seat stands ----------------------------------------------------------------------------------

  /** Asks the hall, by socket when a session is running and the socket stands, by HTTP otherwise. */
  refresh(): Promise<void> {
    this.refreshing ??= this.ask().finally(() => (this.refreshing = null));
    return this.refreshing;
  }

  private async ask(): Promise<void> {
    this.askedAt = performance.now();
    const running = this.link.up && this.session.value !== null;
    const view = running ? await this.link.ask<SeatView>("session:resume", {}).catch(() => this.seat()) : await this.seat();
    this.reachable.value = true;
    await this.apply(view);
  }

  private async seat(): Promise<SeatView> {
    try {
      return await this.link.get<SeatView>("/api/hall/seat");
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) void this.prove().catch(() => undefined); // asked again soon
      if (error instanceof ApiError && (error.away || error.status >= 500)) this.reachable.value = false;
      throw error;
    }
  }

  /** The token is no longer known: prove the key again. */
  private async prove(): Promise<void> {
    if (!this.store || this.stage.value !== "running") return;
    const { enrolment, token } = await identify(this.store, this.client);
    this.enrolment.value = enrolment;
    this.token = token;
  }

  async apply(view: SeatView): Promise<void> {
    const behind = (this.view.value?.server_ms ?? 0) - view.server_ms;
    if (behind > 0 && behind < LATE_MS) return; // an answer overtaken by a newer one
    if (view.session?.session !== this.session.value?.session) this.turnPage();
    this.view.value = view;
    this.roundTrip.value = this.link.clock.roundTrip;
    if (view.phase !== "unbound") this.link.open();
    this.noteCredits(view.session);
    await this.prepare(view);
    await this.work(view);
    await this.finish(view);
  }

  /** Another session begins at this workstation, or none: nothing of the last one stays on the screen. */
  private turnPage(): void {
    this.receipt.value = null;
    this.newCredits.value = [];
    this.seenCredits = null;
    this.undelivered.value = 0;
    this.deliveryReady.value = false;
    this.readyFor = null;
    this.paper.close();
  }

  private noteCredits(session: SeatSession | null): void {
    const credits = session?.credits ?? [];
    if (this.seenCredits) this.newCredits.value = [...this.newCredits.value, ...credits.filter((one) => !this.seenCredits?.has(one.credit))];
    this.seenCredits = session ? new Set(credits.map((one) => one.credit)) : null;
  }

  private async prepare(view: SeatView): Promise<void> {
    if (["unbound", "bound", "check_in"].includes(view.phase)) void this.camera.start();
    if (!view.session || !ACTIVE.includes(view.phase)) return;
    void this.camera.start().then(() => this.tend());
    if (view.phase !== "answering") await this.paper.fetch(view.session);
    this.tend();
  }

  /** What may become possible at any moment: the camera came on, the last check passed. */
  private tend(): void {
    if (!this.session.value || !ACTIVE.includes(this.phase.value ?? "unbound")) return;
    this.camera.record();
    if (this.phase.value === "admitted") void this.reportReady(this.session.value);
  }

  /** Says once per form and lease that this seat is ready; later trouble shows on the console by other ways. */
  async reportReady(session: SeatSession): Promise<void> {
    const fetched = this.paper.fetched.value;
    const mark = `${session.form}/${session.lease}`;
    if (!fetched || this.readyFor === mark || requiredCheckFails(this.readiness())) return;
    this.readyFor = mark;
    const checks = Object.fromEntries(this.readiness().map((one) => [one.name, one.value]));
    try {
      await this.link.post("/api/hall/seat/ready", { cipher_digest: fetched.digest, checks });
      void this.refresh().catch(() => undefined); // the poll asks again
    } catch (thrown) {
      this.readyFor = null;
      this.acts.error.value = asApiError(thrown);
    }
  }

  readiness(): readonly Readiness[] {
    return readinessOf({
      policy: this.view.value?.sitting?.policy ?? {},
      offset: Date.now() - this.link.now(),
      roundTrip: this.link.clock.roundTrip,
      persistent: this.persistent.value,
      diskFailing: this.deliveryNow?.diskFailing.value ?? false,
      camera: this.cameraNow?.state.value ?? "off",
      download: this.paper.fetched.value?.kilobytesPerSecond ?? null,
      linkUp: this.linkUp.value || this.phase.value === "unbound",
    });
  }

  private async work(view: SeatView): Promise<void> {
    const session = view.session;
    if (view.phase !== "answering" || !session) return;
    const header = headerOf(session);
    if (header) {
      const server = session.head === null ? await firstHead(header) : { seq: session.seq, head: session.head };
      await this.delivery.adopt({ session: session.session, lease: session.lease, server, answers: session.answers });
      this.deliveryReady.value = true;
    }
    if (session.form_key) await this.paper.open(session, session.form_key);
  }

  private async finish(view: SeatView): Promise<void> {
    if (!["moved", "submitted", "closed"].includes(view.phase)) return;
    this.camera.stop();
    this.paper.close();
    if (view.phase === "moved") return;
    this.undelivered.value = this.deliveryNow?.unsavedCount.value ?? 0;
    if (!view.session) return;
    this.receipt.value ??= await this.link.get<Receipt>("/api/hall/seat/receipt").catch(() => null); // the poll asks again
    if (this.receipt.value && this.undelivered.value === 0) await this.store?.forget(view.session.session).catch(() => undefined);
  }

  // --- what is heard ------------------------------------------------------------------------------------------

  private heard(event: LinkEvent): void {
    if (event.kind === "up") {
      this.linkUp.value = true;
      void this.refresh().then(() => this.deliveryNow?.nudge()).catch(() => undefined); // the poll asks again
    } else if (event.kind === "down") {
      this.linkUp.value = false;
    } else if (event.kind === "refused") {
      void this.prove().catch(() => undefined); // tried again with the next refusal
    } else {
      this.pushed(event.name, event.body);
    }
  }

  private pushed(name: string, body: unknown): void {
    const view = this.view.value;
    let next: SeatView | null = null;
    if (name === "seat:changed" && isSeatView(body)) next = body;
    if (view && name === "sitting:started" && isStarted(body)) next = withStart(view, body);
    if (view && name === "session:credited") next = withCredit(view, body);
    if (view && name === "message:sent" && isMessage(body)) next = withMessage(view, body);
    if (next) void this.apply(next).catch(() => undefined);
    else void this.refresh().catch(() => undefined); // a push this page does not understand, or a move: ask
  }

  private async save(steps: readonly unknown[]): Promise<SaveAnswerView> {
    if (this.link.up) {
      try {
        return await this.link.ask<SaveAnswerView>("response:save", { steps });
      } catch (error) {
        if (error instanceof ApiError && !error.away) throw error; // decided: the other carrier would hear the same
      }
    }
    const answer = await this.link.post<SaveAnswerView>("/api/hall/seat/responses", { steps });
    this.reachable.value = true;
    return answer;
  }

  dismissCredits(): void {
    this.newCredits.value = [];
  }

  // --- time ---------------------------------------------------------------------------------------------------

  private tick(): void {
    this.now.value = this.link.now();
  }

  /** While the socket stands, pushes tell everything; asking now and then only mends a push that got lost. */
  private async poll(): Promise<void> {
    this.tend();
    const every = this.linkUp.value ? CALM_POLL_MS : POLL_MS;
    if (performance.now() - this.askedAt < every * (0.8 + 0.4 * Math.random())) return;
    await this.refresh().catch(() => undefined); // away: the page shows it by linkUp and tries again
  }

  private async pulse(): Promise<void> {
    if (!this.link.up || !this.session.value) return;
    const body = { unsaved: this.deliveryNow?.unsavedCount.value ?? 0, focus: document.hasFocus(), clock_offset_ms: Math.round(Date.now() - this.link.now()) };
    await this.link.ask("seat:pulse", body).catch(() => undefined); // the next one comes in seconds
    this.roundTrip.value = this.link.clock.roundTrip;
  }
}
