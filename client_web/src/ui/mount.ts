/** Starts a place's page: shared styles, and a fault in a component is said instead of leaving a half page. */
import { createApp, type Component } from "vue";
import "./base.css";

export function mountPage(root: Component): void {
  const app = createApp(root);
  app.config.errorHandler = (error, _instance, where) => {
    console.error(where, error);
    window.dispatchEvent(new CustomEvent("exam:fault"));
  };
  app.mount("#app");
}
