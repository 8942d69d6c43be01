(() => {
  "use strict";
  const script = document.currentScript;
  const settings = JSON.parse(script.dataset.settings);
  script.removeAttribute("data-settings");

  const show = (id) => {
    document.getElementById("lti-opening").hidden = true;
    const section = document.getElementById(id);
    section.hidden = false;
    section.focus();
  };

  // Always as text: an answer is never made into markup.
  const say = (id, words) => {
    if (typeof words === "string" && words !== "") {
      document.getElementById(id).textContent = words.slice(0, 1000);
    }
  };

  const refuse = (answer) => {
    say("lti-refused-message", answer && answer.message);
    say("lti-refused-code", answer && answer.error);
    say("lti-refused-spec", answer && answer.spec);
    show("lti-refused");
  };

  // The platform gives each tool little room; what has served is taken away.
  const forget = (stored) => {
    const subject = stored.subject.replace("get_data", "put_data");
    for (const frame of stored.frames) {
      try {
        const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("");
        frame.postMessage({ subject, message_id: id, key: settings.key, value: null }, settings.platformOrigin);
      } catch {
        // It goes when the platform's page does.
      }
    }
  };

  // An address of our own origin, or nothing.
  const ownAddress = (text) => {
    if (typeof text !== "string") {
      return null;
    }
    try {
      const url = new URL(text, window.location.href);
      return url.origin === window.location.origin ? url.href : null;
    } catch {
      return null;
    }
  };

  const complete = async (stored) => {
    document.documentElement.dataset.ltiStorage = "found";
    const body = { id_token: settings.idToken, state: settings.state, secret: stored.value };
    let response;
    let answer = null;
    try {
      response = await fetch(settings.completion, {
        method: "POST",
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error",
        // Not "no-referrer": the request must name its origin.
        referrerPolicy: "same-origin",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify(body),
      });
      answer = await response.json();
    } catch {
      // Whatever came is no answer.
    }
    const next = response && response.ok ? ownAddress(answer && answer.location) : null;
    if (next) {
      forget(stored);
      window.location.replace(next);
      return;
    }
    refuse(answer);
  };

  const accept = (reply) =>
    (reply.key === undefined || reply.key === settings.key) && typeof reply.value === "string" && reply.value !== ""
      ? reply.value
      : undefined;

  askPlatform(settings, "lti.get_data", { key: settings.key }, accept).then(complete, (error) => {
    document.documentElement.dataset.ltiStorage = error.message;
    say("lti-blocked-code", "storage_" + error.message);
    show("lti-blocked");
  });
})();
