export { engine } from "./engine-server.js";
