/**
 * The candidate's desk while answering: which item lies on top, what is struck out, the notes, the text size.
 *
 * None of it is evidence: it stays on this workstation, encrypted, and comes back after a reload.
 */
import { computed, ref, shallowRef, watch, watchEffect } from "vue";
import { cleared, completeness, isAnswered, pressOption, sameValue, tidyValue, untouched, type AnswerState } from "@/kernel/answers";
import type { StepValue } from "@/kernel/chain";
import type { Form } from "@/kernel/form";
import { isChoice, isTyped, type AnswerValue, type Block, type ItemContent } from "@/ui/item/item";
import { Drafts, type Draft } from "./drafts";
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
  readonly plays?: Readonly<Record<string, number>>;
  readonly drafts?: Readonly<Record<string, Draft>>;
}

export const ZOOMS: readonly number[] = [100, 125, 150, 175, 200, 250, 300];
const PROSE: ReadonlySet<string> = new Set(["short_answer", "extended_response", "drawing"]);
const KEEP_AFTER_MS = 200;
/** From here on nothing waits for a pause any more: the time may be up in the middle of it. */
const LAST_MOMENTS_MS = 3_000;

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
  readonly value = computed<StepValue>(() => this.answerOf(this.place.value)?.value ?? null);
  /** What the item's case shares with its other members. */
  readonly stimulus = computed<readonly Block[]>(() => this.form.cases?.[this.place.value?.item.case?.code ?? ""]?.stimulus ?? []);
  /** Only options of a choice can be struck out. */
  readonly strikable = computed(() => this.place.value !== null && isChoice(this.place.value.item.type));
  /** Prose and drawings are taken back by their own means; the rest by one press. */
  readonly clearable = computed(() => this.place.value !== null && this.stateOf(this.place.value) !== "none" && !PROSE.has(this.place.value.item.type) && !this.locked);
  readonly flagged = computed(() => this.answerOf(this.place.value)?.flag ?? false);
  readonly unanswered = computed(() => this.places.filter((place) => !isAnswered(place.item, this.answerOf(place))));
  readonly flags = computed(() => this.places.filter((place) => this.answerOf(place)?.flag));

  /** How often each sound was played. */
  readonly plays = ref<Readonly<Record<string, number>>>({});
  private readonly drafts: Drafts;
  private keepTimer = 0;

  constructor(
    private readonly player: Player,
    private readonly form: Form,
  ) {
    this.drafts = new Drafts(
      (item, value) => this.player.delivery.change(item, "answer", value),
      () => this.player.link.now(),
    );
    const items = form.sections.flatMap((section) => section.items.map((item) => ({ item, section: section.id, sectionTitle: section.title })));
    this.places = items.map((one, index) => ({ ...one, number: index + 1 }));
    void this.restore();
    watch([this.index, this.struck, this.notes, this.zoom, this.timeHidden, this.plays, this.drafts.all], () => this.keepSoon());
    watch([this.index, this.panel, this.tool], () => this.commit(), { flush: "sync" });
    watch(this.drafts.all, (all) => (this.player.delivery.drafting.value = Object.keys(all)), { flush: "sync" });
    watch(
      () => this.hurried,
      () => this.commit(),
    );
    watchEffect(() => document.documentElement.style.setProperty("--text-size", `calc(var(--reading-size) * ${this.zoom.value / 100})`));
  }

  get locked(): boolean {
    return this.player.timeUp.value || this.player.phase.value !== "answering";
  }

  private get hurried(): boolean {
    return (this.player.remaining.value ?? Infinity) < LAST_MOMENTS_MS;
  }

  /** What the item looks like now, with what is being written. */
  answerOf(place: Place | null): AnswerState | undefined {
    if (!place) return undefined;
    const state = this.player.delivery.answers.value[place.item.id];
    const draft = this.drafts.all.value[place.item.id];
    return draft ? { ...(state ?? untouched), value: draft.value } : state;
  }

  /** Whether nothing, something or everything of the item is answered. */
  stateOf(place: Place): "none" | "part" | "all" {
    return completeness(place.item, this.answerOf(place)?.value);
  }

  /** The candidate's new answer: a choice is a step at once, what is written becomes one in the next pause. */
  answer(id: string, value: AnswerValue): void {
    const item = this.places.find((one) => one.item.id === id)?.item;
    if (!item || this.locked) return;
    const tidy = tidyValue(item, value);
    if (isTyped(item.type)) this.drafts.write(id, tidy);
    else this.player.delivery.change(id, "answer", tidy);
    if (this.hurried) this.commit();
  }

  /** Whatever is being written becomes a step now. */
  commit(): void {
    this.drafts.flush();
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
    this.answer(place.item.id, pressOption(place.item.type, this.value.value, option));
  }

  /** Option number `at` as it lies on the screen. */
  chooseAt(at: number): void {
    const item = this.place.value?.item;
    const option = item?.options[at];
    if (!option || !isChoice(item.type)) return;
    if (this.striking.value) this.strike(option.id);
    else this.choose(option.id);
  }

  clear(): void {
    const place = this.place.value;
    if (!place || this.locked) return;
    this.drafts.drop(place.item.id);
    this.player.delivery.change(place.item.id, "answer", cleared(place.item.type));
  }

  /** A key pressed outside every field must not wipe out written words. */
  clearChoice(): void {
    if (this.place.value && isChoice(this.place.value.item.type)) this.clear();
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
    this.commit();
    window.clearTimeout(this.keepTimer);
    document.documentElement.style.removeProperty("--text-size");
  }

  /** At most so often, and never put off by further typing: a machine that dies takes no more than that with it. */
  private keepSoon(): void {
    if (this.keepTimer !== 0) return;
    this.keepTimer = window.setTimeout(() => {
      this.keepTimer = 0;
      void this.keep();
    }, KEEP_AFTER_MS);
  }

  private async keep(): Promise<void> {
    const session = this.player.session.value?.session;
    const kept: Kept = {
      index: this.index.value,
      struck: this.struck.value,
      notes: this.notes.value,
      zoom: this.zoom.value,
      timeHidden: this.timeHidden.value,
      plays: this.plays.value,
      drafts: this.drafts.all.value,
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
    this.plays.value = kept.plays ?? {};
    this.takeUpDrafts(kept.drafts ?? {});
  }

  /** Words from before a crash that never became a step; those older than the item's last step are left behind. */
  private takeUpDrafts(drafts: Readonly<Record<string, Draft>>): void {
    const log = this.player.delivery.box.value?.log ?? [];
    for (const place of this.places) {
      const draft = drafts[place.item.id];
      const last = log.findLast((one) => one.step.item === place.item.id && one.step.kind === "answer");
      const newer = draft && draft.at > (last?.step.made_ms ?? 0);
      if (newer && !sameValue(draft.value, this.answerOf(place)?.value ?? null)) this.answer(place.item.id, draft.value);
    }
    this.commit();
  }
}
