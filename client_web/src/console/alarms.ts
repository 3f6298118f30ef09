/** New troubles are heard once and counted in the title of the window; the sound can be switched off and stays so. */
import { onBeforeUnmount, ref, watch, type Ref } from "vue";
import { newTroubles, type Trouble } from "./model/trouble";

const STORED = "exam.console.sound";

function storedSound(): boolean {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true; // storage forbidden: the choice lasts for this page
  }
}

let audio: AudioContext | null = null;

/** Two short tones, higher and twice for danger; browsers stay silent until the page was touched once. */
function beep(danger: boolean): void {
  audio ??= new AudioContext();
  const times = danger ? [0, 0.22, 0.44] : [0];
  for (const after of times) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const start = audio.currentTime + after;
    tone.frequency.value = danger ? 880 : 587;
    volume.gain.setValueAtTime(0.12, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.18);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.2);
  }
}

export interface AlarmBell {
  readonly sound: Ref<boolean>;
  readonly toggle: () => void;
}

export function useAlarmBell(troubles: () => Trouble[], title: () => string): AlarmBell {
  const sound = ref(storedSound());
  const known = new Set<string>();
  let first = true;

  watch(
    troubles,
    (list) => {
      const fresh = newTroubles(known, list);
      known.clear();
      for (const one of list) known.add(one.id);
      if (fresh.length > 0 && sound.value && !first) beep(fresh.some((one) => one.tone === "danger"));
      first = false;
    },
    { immediate: true },
  );

  watch(
    () => [troubles().length, title()] as const,
    ([count, words]) => (document.title = count > 0 ? `(${count}) ${words}` : words),
    { immediate: true },
  );
  onBeforeUnmount(() => (document.title = title()));

  function toggle(): void {
    sound.value = !sound.value;
    try {
      localStorage.setItem(STORED, sound.value ? "on" : "off");
    } catch {
      /* see storedSound */
    }
  }

  return { sound, toggle };
}
