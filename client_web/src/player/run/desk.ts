/**
 * The candidate's desk while answering: which item lies on top, what is struck out, the notes, the text size.
 *
 * None of it is evidence: it stays on this workstation, encrypted, and comes back after a reload.
 */
import { computed, ref, shallowRef, watch, watchEffect } from "vue";
import { chosenOf, cleared, isAnswered, pressOption } from "@/kernel/answers";
import type { Form } from "@/kernel/form";
import type { ItemContent } from "@/ui/item/item";
import type { Player } from "./player";

export interface Place {
  readonly item: ItemContent;
  readonly number: number;
  readonly section: string;
  readonly sectionTitle: string;
}

export type Panel = "item" | "review";
export type Tool = "calculator" | "notes" | "report" | "help" | "jump" | "card" | "submit" | null;

interface Kept {
  readonly index: number;
  readonly struck: Readonly<Record<string, readonly string[]>>;
  readonly notes: string;
  readonly zoom: number;
  readonly timeHidden: boolean;
}

export const ZOOMS: readonly number[] = [100, 125, 150, 175, 200, 250, 300];
const KEEP_AFTER_MS = 400;

export class Desk {
  readonly places: readonly Place[];
  readonly index = ref(0);
  readonly struck = shallowRef<Kept["struck"]>({});
  readonly notes = ref("");
  readonly zoom = ref(100);
  readonly timeHidden = ref(false);
  readonly striking = ref(false);
  readonly panel = ref<Panel>("item");
  readonly tool = ref<Tool>(null);

  readonly place = computed<Place | null>(() => this.places[this.index.value] ?? null);
  readonly chosen = computed(() => chosenOf(this.answerOf(this.place.value)));
  readonly flagged = computed(() => this.answerOf(this.place.value)?.flag ?? false);
  readonly unanswered = computed(() => this.places.filter((place) => !isAnswered(this.answerOf(place))));
  readonly flags = computed(() => this.places.filter((place) => this.answerOf(place)?.flag));

  private keepTimer = 0;

  constructor(
    private readonly player: Player,
    form: Form,
  ) {
    const items = form.sections.flatMap((section) => section.items.map((item) => ({ item, section: section.id, sectionTitle: section.title })));
    this.places = items.map((one, index) => ({ ...one, number: index + 1 }));
    void this.restore();
    watch([this.index, this.struck, this.notes, this.zoom, this.timeHidden], () => this.keepSoon());
    watchEffect(() => document.documentElement.style.setProperty("--text-size", `calc(var(--reading-size) * ${this.zoom.value / 100})`));
  }

  get locked(): boolean {
    return this.player.timeUp.value || this.player.phase.value !== "answering";
  }

  answerOf(place: Place | null) {
    return place ? this.player.delivery.answers.value[place.item.id] : undefined;
  }

  go(number: number): void {
    if (number < 1 || number > this.places.length) return;
    this.index.value = number - 1;
    this.panel.value = "item";
    this.tool.value = null;
  }

  move(by: number): void {
    if (this.panel.value === "item") this.go(this.index.value + 1 + by);
  }

  choose(option: string): void {
    const place = this.place.value;
    if (!place || this.locked) return;
    this.player.delivery.change(place.item.id, "answer", pressOption(place.item.type, this.answerOf(place), option));
  }

  /** Option number `at` as it lies on the screen. */
  chooseAt(at: number): void {
    const option = this.place.value?.item.options[at];
    if (!option) return;
    if (this.striking.value) this.strike(option.id);
    else this.choose(option.id);
  }

  clear(): void {
    const place = this.place.value;
    if (place && !this.locked) this.player.delivery.change(place.item.id, "answer", cleared(place.item.type));
  }

  flag(): void {
    const place = this.place.value;
    if (place && !this.locked) this.player.delivery.change(place.item.id, "flag", !this.flagged.value);
  }

  strike(option: string): void {
    const place = this.place.value;
    if (!place) return;
    const now = this.struck.value[place.item.id] ?? [];
    const next = now.includes(option) ? now.filter((one) => one !== option) : [...now, option];
    this.struck.value = { ...this.struck.value, [place.item.id]: next };
  }

  zoomBy(steps: number): void {
    const at = ZOOMS.indexOf(this.zoom.value) + steps;
    this.zoom.value = ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, at))] ?? 100;
  }

  /** Gives the page back its own text size. */
  leave(): void {
    window.clearTimeout(this.keepTimer);
    document.documentElement.style.removeProperty("--text-size");
  }

  private keepSoon(): void {
    window.clearTimeout(this.keepTimer);
    this.keepTimer = window.setTimeout(() => void this.keep(), KEEP_AFTER_MS);
  }

  private async keep(): Promise<void> {
    const session = this.player.session.value?.session;
    const kept: Kept = {
      index: this.index.value,
      struck: this.struck.value,
      notes: this.notes.value,
      zoom: this.zoom.value,
      timeHidden: this.timeHidden.value,
    };
    if (session) await this.player.store?.keepPaper(session, kept).catch(() => undefined); // comfort, not evidence
  }

  private async restore(): Promise<void> {
    const session = this.player.session.value?.session;
    const kept = session ? await this.player.store?.paper<Kept>(session).catch(() => null) : null;
    if (!kept) return;
    this.index.value = Math.min(kept.index, Math.max(0, this.places.length - 1));
    this.struck.value = kept.struck;
    this.notes.value = kept.notes;
    this.zoom.value = ZOOMS.includes(kept.zoom) ? kept.zoom : 100;
    this.timeHidden.value = kept.timeHidden;
  }
}
