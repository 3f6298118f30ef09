/** How often each sound was played. The player keeps the count with the candidate's own paper; a preview forgets it. */
import { inject, ref, type InjectionKey, type Ref } from "vue";

export type Plays = Ref<Readonly<Record<string, number>>>;

export const PLAYS: InjectionKey<Plays> = Symbol("plays");

export const usePlays = (): Plays => inject(PLAYS, () => ref({}), true);
