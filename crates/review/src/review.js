"use strict";
(() => {
  document.documentElement.classList.add("on");
  const all = (what, from) => Array.from((from || document).querySelectorAll(what));
  const ticks = all("input[name=id][type=checkbox]"), every = document.getElementById("every"), told = document.getElementById("ticked");
  const count = () => {
    const chosen = ticks.filter((tick) => tick.checked).length;
    for (const tick of ticks) tick.closest(".card, tr, li").classList.toggle("ticked", tick.checked);
    if (told) told.textContent = chosen + " of " + ticks.length + " on this page";
    if (every) { every.checked = chosen > 0 && chosen === ticks.length; every.indeterminate = chosen > 0 && chosen < ticks.length; }
  };
  const scope = (value) => { const radio = document.querySelector("input[name=scope][value=" + value + "]"); if (radio) radio.checked = true; };
  for (const tick of ticks) tick.addEventListener("change", () => { scope("ids"); count(); });
  if (every) every.addEventListener("change", () => { for (const tick of ticks) tick.checked = every.checked; scope("ids"); count(); });
  if (ticks.length) count();
  const own = document.getElementById("own"), choice = document.getElementById("choice");
  if (own && choice) own.addEventListener("input", () => { if (own.value !== "") choice.value = "value"; });
  const live = () => {
    if (!document.querySelector("[data-live]")) return;
    setTimeout(async () => {
      try {
        const answer = await fetch(location.href, { credentials: "same-origin" });
        if (answer.redirected) { location.replace(answer.url); return; }
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector("#main"), old = document.querySelector("#main");
        if (fresh && old) old.replaceWith(fresh);
      } catch (gone) { document.querySelector("[data-live]").append(" The page cannot be reached any more."); return; }
      live();
    }, 500);
  };
  live();
})();
