// Reads the figures anew when the console says that there are some. Without it the page is loaded
// again every 30 seconds, and everything else works the same.
"use strict";
(() => {
  const note = document.getElementById("live");
  const PATIENCE = 60000;
  const POLL = 30000;
  let reading = false;
  let readAt = performance.now();

  function say(text, stale) {
    note.textContent = text;
    document.body.classList.toggle("stale", stale);
  }

  function replace(page) {
    for (const old of document.querySelectorAll("section[data-live]")) {
      const fresh = page.getElementById(old.id);
      // What someone is reading with the keyboard stays until they have left it.
      if (fresh && !old.contains(document.activeElement)) {
        old.replaceWith(fresh);
      }
    }
  }

  async function read() {
    if (reading) {
      return;
    }
    reading = true;
    try {
      const answer = await fetch("./");
      if (!answer.ok) {
        throw new Error("status " + answer.status);
      }
      replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
      readAt = performance.now();
      say("live", false);
    } catch (problem) {
      say("UNKNOWN: the console does not answer; this is what it was", true);
    } finally {
      reading = false;
    }
  }

  const events = new EventSource("live");
  events.addEventListener("message", read);
  setInterval(() => {
    if (events.readyState === EventSource.CLOSED) {
      read();
    } else if (performance.now() - readAt > PATIENCE) {
      say("UNKNOWN: nothing new for a minute; this is what it was", true);
    }
  }, POLL);
})();
