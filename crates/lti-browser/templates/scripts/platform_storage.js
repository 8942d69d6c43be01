// Keeps data for tools (Client Side postMessages; postMessage Storage): apart for each origin, as long as the page
// lives, for origins that the settings name.
(() => {
  "use strict";
  const script = document.currentScript;
  const settings = JSON.parse(script.dataset.settings);
  script.removeAttribute("data-settings");

  const MAX_KEYS = 500;
  const MAX_LENGTH = 4096;
  const PREFIX = "org.imsglobal.";
  const tools = new Map(settings.tools.map((origin) => [origin, new Map()]));
  const handledElsewhere = new Set(settings.handledElsewhere);

{% include "scripts/decode.js" %}

  const refusal = (code, message) => ({ error: { code, message } });

  const isKey = (key) => typeof key === "string" && key !== "" && key.length <= MAX_LENGTH;

  const capabilities = () => {
    const where = settings.frame === null ? {} : { frame: settings.frame };
    const ours = [
      { subject: "lti.capabilities" },
      { subject: "lti.get_data", ...where },
      { subject: "lti.put_data", ...where },
    ];
    return { supported_messages: [...ours, ...Array.from(handledElsewhere, (subject) => ({ subject }))] };
  };

  const put = (data, kept) => {
    if (!isKey(data.key)) {
      return refusal("bad_request", "key must be a text of 1 to 4096 characters");
    }
    if (data.value === null || data.value === undefined) {
      kept.delete(data.key);
      return { key: data.key, value: null };
    }
    if (typeof data.value !== "string") {
      return refusal("bad_request", "value must be a text or null");
    }
    if (data.value.length > MAX_LENGTH) {
      return refusal("storage_exhaustion", "value is longer than 4096 characters");
    }
    if (!kept.has(data.key) && kept.size >= MAX_KEYS) {
      return refusal("storage_exhaustion", "there are 500 keys already");
    }
    kept.set(data.key, data.value);
    return { key: data.key, value: data.value };
  };

  const get = (data, kept) => {
    if (!isKey(data.key)) {
      return refusal("bad_request", "key must be a text of 1 to 4096 characters");
    }
    return { key: data.key, value: kept.has(data.key) ? kept.get(data.key) : null };
  };

  const actions = new Map([
    ["lti.capabilities", capabilities],
    ["lti.put_data", put],
    ["lti.get_data", get],
  ]);

  window.addEventListener("message", (event) => {
    const data = decode(event.data);
    // A sandboxed page has no origin to answer to, and none to keep data for.
    if (!data || typeof data.subject !== "string" || !event.source || event.origin === "null") {
      return;
    }
    if (handledElsewhere.has(data.subject) || data.subject.endsWith(".response")) {
      return;
    }
    const subject = data.subject.startsWith(PREFIX) ? data.subject.slice(PREFIX.length) : data.subject;
    const action = actions.get(subject);
    const kept = tools.get(event.origin);
    if (!action && !(kept && subject.startsWith("lti."))) {
      return;
    }
    const id = data.message_id;
    const hasId = (typeof id === "string" && id !== "" && id.length <= 1024) || Number.isFinite(id);
    let answer;
    if (!kept) {
      answer = refusal("wrong_origin", "this origin is no tool of this platform");
    } else if (!action) {
      answer = refusal("unsupported_subject", "this platform does not know the subject");
    } else if (!hasId) {
      answer = refusal("bad_request", "message_id is missing");
    } else {
      answer = action(data, kept);
    }
    const reply = { subject: data.subject.slice(0, 200) + ".response", ...(hasId ? { message_id: id } : {}), ...answer };
    event.source.postMessage(reply, event.origin);
  });
})();
