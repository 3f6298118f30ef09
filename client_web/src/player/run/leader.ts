/** One tab of this workstation works; any other waits. A person may move the work to the tab in front of them. */

const LOCK = "exam-seat";

export type Leadership = "leading" | "waiting" | "lost";

/** Calls back whenever this tab's standing changes. `steal` takes the work from the other tab at once. */
export function lead(steal: boolean, changed: (standing: Leadership) => void): void {
  const hold = (lock: Lock | null): Promise<void> => {
    if (!lock) {
      changed("waiting");
      return wait(changed);
    }
    changed("leading");
    return new Promise<void>(() => undefined); // held until the tab goes or another tab takes it
  };
  const options: LockOptions = steal ? { steal: true } : { ifAvailable: true };
  navigator.locks.request(LOCK, options, hold).catch(() => changed("lost"));
}

/** The other tab was closed: this one takes over by itself. */
function wait(changed: (standing: Leadership) => void): Promise<void> {
  navigator.locks
    .request(LOCK, () => {
      changed("leading");
      return new Promise<void>(() => undefined);
    })
    .catch(() => changed("lost"));
  return Promise.resolve();
}
