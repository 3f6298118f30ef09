/** The one player of this page, handed to every component below `App.vue`. */
import { inject, provide, type InjectionKey } from "vue";
import { Player } from "./player";

const KEY: InjectionKey<Player> = Symbol("player");

export function providePlayer(): Player {
  const player = new Player();
  provide(KEY, player);
  return player;
}

export function usePlayer(): Player {
  const player = inject(KEY);
  if (!player) throw new Error("no player above this component");
  return player;
}
