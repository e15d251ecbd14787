// Light, dark, or as the system has it; the choice is kept in this browser.

const NEXT = { auto: "light", light: "dark", dark: "auto" };
const WORDS = { auto: "◐ Auto", light: "○ Light", dark: "● Dark" };
const KEY = "grainless-theme";

const button = document.getElementById("theme");
let theme = remembered();

function remembered() {
  try {
    return NEXT[localStorage.getItem(KEY)] ? localStorage.getItem(KEY) : "auto";
  } catch {
    return "auto"; // a browser that keeps nothing
  }
}

function apply() {
  document.documentElement.dataset.theme = theme;
  button.textContent = WORDS[theme];
  button.setAttribute("aria-label", `Colours of the page: ${theme}`);
  button.title = "Colours of the page";
}

button.addEventListener("click", () => {
  theme = NEXT[theme];
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // it holds until the page is closed
  }
  apply();
});
apply();
