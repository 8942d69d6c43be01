// Asks the frame in which the platform keeps data for tools (Client Side postMessages; postMessage Storage).
// The question goes only to windows of the platform's origin, and only that origin's answers count.
const askPlatform = (settings, subject, fields, accept) => {
  "use strict";
  const base = window.parent !== window ? window.parent : window.opener;
  const PREFIX = "org.imsglobal.";

  const messageId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };

{% include "scripts/decode.js" %}

  // A frame of the platform's page by its name; the page itself if it has none of that name.
  const frameNamed = (name) => {
    if (name === "" || name === "_parent") {
      return base;
    }
    try {
      const frame = base.frames[name];
      return frame && typeof frame.postMessage === "function" ? frame : base;
    } catch {
      return base;
    }
  };

  return new Promise((resolve, reject) => {
    if (!base) {
      reject(new Error("no_platform_frame"));
      return;
    }
    const capabilitiesId = messageId();
    const frames = [];
    const pending = new Map();
    let early = false;
    let failure = "timeout";
    let timers = [];

    const finish = (settle, result) => {
      window.removeEventListener("message", hear);
      timers.forEach((timer) => window.clearTimeout(timer));
      timers = [];
      settle(result);
    };

    const send = (frame, name) => {
      const id = messageId();
      pending.set(id, name);
      try {
        frame.postMessage({ ...fields, subject: name, message_id: id }, settings.platformOrigin);
      } catch {
        pending.delete(id);
      }
    };

    const ask = (frame) => {
      if (frames.includes(frame) || frames.length >= 4) {
        return;
      }
      frames.push(frame);
      send(frame, subject);
      if (early) {
        send(frame, PREFIX + subject);
      }
    };

    // Early platforms know the subjects by longer names.
    const askByEarlyNames = () => {
      if (!early) {
        early = true;
        frames.forEach((frame) => send(frame, PREFIX + subject));
      }
    };

    // What the platform's page says about itself chooses a frame, never an origin: so anyone may say it.
    const hearCapabilities = (supported) => {
      if (!Array.isArray(supported)) {
        return;
      }
      for (const entry of supported.slice(0, 100)) {
        const known = entry && (entry.subject === subject || entry.subject === PREFIX + subject);
        if (known && typeof entry.frame === "string") {
          ask(frameNamed(entry.frame));
        }
      }
    };

    const hear = (event) => {
      const data = decode(event.data);
      if (!data || typeof data.message_id !== "string") {
        return;
      }
      if (data.message_id === capabilitiesId) {
        if (event.source === base && data.subject === "lti.capabilities.response") {
          hearCapabilities(data.supported_messages);
        }
        return;
      }
      const asked = pending.get(data.message_id);
      if (!asked || event.origin !== settings.platformOrigin || data.subject !== asked + ".response") {
        return;
      }
      pending.delete(data.message_id);
      if (!data.error) {
        const accepted = accept(data);
        if (accepted !== undefined) {
          finish(resolve, { value: accepted, subject: asked, frames });
          return;
        }
        failure = "not_stored";
      } else if (typeof data.error.code === "string" && /^[a-z_]{1,40}$/.test(data.error.code)) {
        failure = data.error.code;
      } else {
        failure = "error";
      }
      askByEarlyNames();
      if (pending.size === 0) {
        finish(reject, new Error(failure));
      }
    };

    window.addEventListener("message", hear);
    timers.push(window.setTimeout(askByEarlyNames, settings.wait * 0.4));
    timers.push(window.setTimeout(() => finish(reject, new Error(failure)), settings.wait));
    try {
      // It says nothing that is not public, and the page may have another origin than the frame.
      base.postMessage({ subject: "lti.capabilities", message_id: capabilitiesId }, "*");
    } catch {
      // Without capabilities the target of the login counts.
    }
    ask(frameNamed(settings.target));
  });
};
