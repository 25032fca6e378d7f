// Reads the figures anew when the console says that there are some, and by itself every 30 seconds
// once nothing was heard for a minute: a proxy may hold the stream back, which stays open and silent
// then. Without it the page is loaded again every 30 seconds, and everything else works the same.
"use strict";
(() => {
  const note = document.getElementById("live");
  const PATIENCE = 60000;
  const POLL = 30000;
  let reading = false;
  let readAt = performance.now();
  let heardAt = readAt;

  function say(text, stale) {
    note.textContent = text;
    document.body.classList.toggle("stale", stale);
  }

  // What the keyboard is at stays so, in the new section: the same link, or the table.
  function focusAgain(fresh, had) {
    const same = [...fresh.querySelectorAll("a, [tabindex]")].find(
      (one) => one.tagName === had.tagName && one.href === had.href,
    );
    if (same) {
      same.focus({ preventScroll: true });
    }
  }

  // All or nothing: a page without the sections is another's, such as one that asks to sign in.
  function replace(page) {
    const sections = [...document.querySelectorAll("section[data-live]")];
    const fresh = sections.map((old) => page.getElementById(old.id));
    if (fresh.includes(null)) {
      throw new Error("the answer is not this page");
    }
    sections.forEach((old, i) => {
      const had = old.contains(document.activeElement) ? document.activeElement : null;
      old.replaceWith(fresh[i]);
      if (had) {
        focusAgain(fresh[i], had);
      }
    });
  }

  async function read() {
    if (reading) {
      return;
    }
    reading = true;
    try {
      const answer = await fetch("./", {
        redirect: "error",
        signal: AbortSignal.timeout(PATIENCE),
      });
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
  events.addEventListener("message", () => {
    heardAt = performance.now();
    read();
  });
  setInterval(() => {
    const unheard = performance.now() - heardAt >= PATIENCE;
    if (performance.now() - readAt >= PATIENCE) {
      say("UNKNOWN: nothing new for a minute; this is what it was", true);
    }
    if (unheard || events.readyState === EventSource.CLOSED) {
      read();
    }
  }, POLL);
})();
