import { mountPage } from "@/ui/mount";
import App from "./App.vue";

mountPage(App);
