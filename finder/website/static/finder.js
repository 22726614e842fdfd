// Adds convenience; every page works without it.
"use strict";
(() => {
  const link = document.getElementById("leave");
  const status = document.getElementById("leave-status");
  // The page is replaced, not left behind: the back button does not lead to it.
  const leave = () => {
    document.documentElement.hidden = true;
    location.replace(link.href);
  };
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });

  const isBusy = () =>
    document.querySelector("dialog[open]") !== null ||
    (document.activeElement !== null && document.activeElement.matches("input, select, textarea, [contenteditable]"));
  let shifts = 0;
  let forgotten;
  const countShift = () => {
    shifts += 1;
    clearTimeout(forgotten);
    forgotten = setTimeout(() => { shifts = 0; status.textContent = ""; }, 5000);
    if (shifts === 3) leave();
    else status.textContent = shifts === 1 ? "Press Shift twice more to leave this site." : "Press Shift once more to leave this site.";
  };
  // Counted on release: Shift held for a capital letter or for Shift+Tab does not count.
  let alone = false;
  document.addEventListener("keydown", (event) => {
    alone = event.key === "Shift" && !event.repeat;
    if (event.key === "Escape" && !event.isComposing && !isBusy()) leave();
    if (event.key !== "Shift") shifts = 0;
  });
  document.addEventListener("keyup", (event) => {
    if (event.key === "Shift" && alone) countShift();
  });
  // A page that comes back from the browser's memory must not stay hidden.
  addEventListener("pageshow", () => { document.documentElement.hidden = false; });

  const here = document.getElementById("here");
  if (!here || !("geolocation" in navigator)) return;
  const say = (text) => { document.getElementById("here-status").textContent = text; };
  here.hidden = false;
  here.addEventListener("submit", (event) => {
    event.preventDefault();
    say("Looking for your location…");
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      here.elements.lat.value = coords.latitude.toFixed(6);
      here.elements.lon.value = coords.longitude.toFixed(6);
      here.elements.accuracy.value = Math.min(coords.accuracy, 100000).toFixed(0);
      here.submit();
    }, () => say("We could not get your location. Enter your postcode instead."), { timeout: 20000, maximumAge: 60000 });
  });
})();
